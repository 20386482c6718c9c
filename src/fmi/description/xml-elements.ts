import { SaxesParser } from "saxes";
import { invalidFmu, quote } from "../invalid-fmu.ts";
import { decodeXml, MODEL_DESCRIPTION } from "./xml-text.ts";

const DEEPEST = 64;
const MOST_ATTRIBUTES = 1_000;

/** An element of modelDescription.xml with all that is below it; of text content there is only that of `<Name>` (FMI 1.0). */
export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
  /** Where its start tag begins. */
  readonly line: number;
  readonly text?: string;
}

/** What the reader of a model description is told, in the order of the file. */
export interface XmlVisitor {
  /** The root element's start tag. */
  root(root: XmlElement): void;
  /** A child of the root, complete but for the children that went to `item`. */
  section(section: XmlElement): void;
  /** A child of a section, complete. Only for sections that `wants` names. */
  item(sectionName: string, item: XmlElement): void;
  wants(sectionName: string): boolean;
}

interface OpenElement extends XmlElement {
  readonly children: XmlElement[];
  text?: string;
}

/**
 * Reads modelDescription.xml, or another file like it, in one pass, holding one item of a section at a time. Throws `invalid_fmu` with line and column
 * for XML that is not well formed, declares entities, or is nested absurdly deep. `document` is its name in messages.
 */
export function readXmlElements(
  xml: Uint8Array,
  fileName: string,
  visitor: XmlVisitor,
  document = MODEL_DESCRIPTION,
): void {
  const parser = new SaxesParser();
  const stack: OpenElement[] = [];
  let attributes = 0;
  let line = 1;
  const fail = (problem: string) => {
    const where = `line ${parser.line}, column ${parser.columnIndex + 1}`;
    return invalidFmu(fileName, `${document} is not valid at ${where}: ${problem}`);
  };

  parser.on("error", (error) => {
    const ampersand = /unexpected end|unclosed tag/.test(error.message) ? findBareAmpersand(xml) : undefined;
    if (ampersand !== undefined) {
      const where = `line ${ampersand}`;
      throw invalidFmu(
        fileName,
        `${document} is not valid at ${where}: a "&" that begins no entity; "&amp;" is meant`,
      );
    }
    throw fail(quote(error.message.replace(/^\d+:\d+: /, "").replace(/\.$/, "")));
  });
  parser.on("doctype", (doctype) => {
    if (doctype.includes("<!ENTITY")) throw fail("it declares entities, which are not read");
  });
  parser.on("opentagstart", () => {
    line = parser.line;
  });
  parser.on("attribute", () => {
    attributes += 1;
    if (attributes > MOST_ATTRIBUTES) throw fail(`an element has more than ${MOST_ATTRIBUTES} attributes`);
  });
  parser.on("opentag", (tag) => {
    attributes = 0;
    if (stack.length >= DEEPEST) throw fail(`elements are nested deeper than ${DEEPEST}`);
    const element: OpenElement = { name: tag.name, attributes: tag.attributes, children: [], line };
    stack.push(element);
    if (stack.length === 1) visitor.root(element);
  });
  parser.on("text", (text) => {
    const element = stack.at(-1);
    if (element?.name === "Name") element.text = (element.text ?? "") + text;
  });
  parser.on("closetag", () => {
    const element = stack.pop();
    const section = stack[1];
    if (element === undefined || stack.length === 0) return;
    if (stack.length === 1) visitor.section(element);
    else if (section === undefined || !visitor.wants(section.name)) return;
    else if (stack.length === 2) visitor.item(section.name, element);
    else stack.at(-1)?.children.push(element);
  });

  for (const chunk of decodeXml(xml, { fileName, document, line: () => parser.line })) parser.write(chunk);
  parser.close();
}

/*
 * A parser looks for the end of what such an ampersand begins as far as the end of the file; returns its line. One pass, as the
 * file may be hostile: what nothing closes ends it.
 */
function findBareAmpersand(xml: Uint8Array): number | undefined {
  const text = Buffer.from(xml).toString("latin1");
  const marks = /<!--|<!\[CDATA\[|&(?!#?\w{1,32};)/g;
  for (let mark = marks.exec(text); mark !== null; mark = marks.exec(text)) {
    if (mark[0] === "&") return text.slice(0, mark.index).split("\n").length;
    const end = text.indexOf(mark[0] === "<!--" ? "-->" : "]]>", marks.lastIndex);
    if (end < 0) return undefined;
    marks.lastIndex = end;
  }
  return undefined;
}
