import type { ModelDescription } from "../../src/fmi/description/model-description.ts";
import { parseModelDescription } from "../../src/fmi/description/parse-model-description.ts";
import { modelDescriptionXml } from "./model-description-xml.ts";

const UNITS = `<Unit name="K"><BaseUnit K="1"/><DisplayUnit name="degC" offset="-273.15"/></Unit>
  <Unit name="m"><BaseUnit m="1"/></Unit>`;

const TYPES = `<EnumerationType name="Mode"><Item name="off" value="1"/><Item name="heat" value="2"/>
  <Item name="1" value="3"/></EnumerationType>`;

const VARIABLES = `
  <Float64 name="time" valueReference="0" causality="independent" variability="continuous"/>
  <Float64 name="temperature" valueReference="1" causality="input" unit="K" start="293.15" min="250" max="400"/>
  <Float64 name="dT" valueReference="2" causality="input" unit="K" start="0" relativeQuantity="true"/>
  <Float64 name="gain" valueReference="3" causality="parameter" variability="tunable" start="1"/>
  <Float32 name="small" valueReference="4" causality="input" start="0"/>
  <Int32 name="int_in" valueReference="5" causality="input" start="0" min="-10" max="10"/>
  <UInt8 name="byte_in" valueReference="6" causality="input" start="0"/>
  <Int64 name="long_in" valueReference="7" causality="input" start="0"/>
  <UInt64 name="ulong_in" valueReference="8" causality="input" start="0"/>
  <Boolean name="on" valueReference="9" causality="input" start="false"/>
  <String name="text" valueReference="10" causality="parameter" variability="fixed"><Start value="a"/></String>
  <Binary name="blob" valueReference="11" causality="input"><Start value="00"/></Binary>
  <Enumeration name="mode" valueReference="12" declaredType="Mode" causality="input" start="1"/>
  <Float64 name="g" valueReference="13" causality="local" variability="constant" initial="exact" start="9.81"/>
  <Float64 name="derived" valueReference="14" causality="calculatedParameter" variability="fixed"/>
  <Float64 name="h" valueReference="15" causality="output" unit="m" initial="exact" start="1"/>
  <Float64 name="v" valueReference="16" causality="output"/>
  <Float64 name="matrix" valueReference="17" causality="input" start="0 0 0 0 0 0" max="9">
    <Dimension start="2"/><Dimension start="3"/></Float64>
  <UInt64 name="size" valueReference="18" causality="structuralParameter" variability="fixed" start="2"/>
  <Float64 name="sized" valueReference="19" causality="input" start="0 0"><Dimension valueReference="18"/></Float64>
  <Clock name="tick" valueReference="20" causality="output" intervalVariability="triggered"/>`;

/** A model with a variable of every kind that a start value may or may not be given for. */
export function planModel(parts: { experiment?: string; variables?: string } = {}): ModelDescription {
  const { experiment = "", variables = VARIABLES } = parts;
  const xml = modelDescriptionXml({ version: "3.0", units: UNITS, types: TYPES, experiment, variables });
  return parseModelDescription(Buffer.from(xml), "plan.fmu");
}
