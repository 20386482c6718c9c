import type { Services } from "../tools/services.ts";

/** What reading a resource gives. */
export interface ResourceContent {
  mimeType: string;
  /** Text, or bytes where it is none. */
  content: string | Uint8Array;
}

/** A kind of resource, addressed by one id. */
export interface ResourceTemplate {
  /** RFC 6570, with {@link variable} in it. */
  uriTemplate: string;
  variable: string;
  name: string;
  title: string;
  description: string;
  mimeType: string;
  /** Undefined where there is no such thing. Throws `ToolError` for what prevents reading it. */
  read(id: string, services: Services, signal: AbortSignal): Promise<ResourceContent | undefined>;
  /** Ids that begin with the text, newest first. */
  complete(start: string, services: Services): Promise<string[]>;
}

/** A resource that is there, for hosts that list them. */
export interface ListedResource {
  uri: string;
  name: string;
  description: string;
  mimeType: string;
}

/** Everything that can be read by URI. */
export interface ResourceSet {
  templates: readonly ResourceTemplate[];
  /** The newest resources that are on this computer already: nothing is asked of an endpoint. */
  list(services: Services): Promise<ListedResource[]>;
}

/** The template a URI is of and the id in it, or undefined. */
export function matchTemplate(
  templates: readonly ResourceTemplate[],
  uri: string,
): { template: ResourceTemplate; id: string } | undefined {
  for (const template of templates) {
    const [before = "", after = ""] = template.uriTemplate.split(`{${template.variable}}`);
    if (!uri.startsWith(before) || !uri.endsWith(after)) continue;
    const id = uri.slice(before.length, uri.length - after.length);
    if (/^[\w-]+$/.test(id)) return { template, id };
  }
  return undefined;
}
