// Values that a JSON Schema (2020-12) allows: the least it asks for, or everything it names.
import RandExp from "randexp";

const FORMATS = {
  "date-time": "2026-01-02T03:04:05Z",
  date: "2026-01-02",
  time: "03:04:05Z",
  duration: "P1D",
  email: "ada@example.com",
  hostname: "host.example",
  ipv4: "192.0.2.1",
  ipv6: "2001:db8::1",
  uri: "https://example.com/a",
  uuid: "01890a5d-ac96-774b-bcce-b302099a8057",
};

export function sample(schema, { full, root = schema }) {
  return value(schema, { root, full, depth: 0 });
}

// What a reference within a document leads to.
export function pointed(document, reference) {
  const names = decodeURIComponent(reference.slice(1)).split("/").slice(1);
  return names.reduce((at, name) => at?.[name.replaceAll("~1", "/").replaceAll("~0", "~")], document);
}

function value(schema, at) {
  if (schema === true || schema === undefined || at.depth > 24) return "text";
  const whole = unfolded(schema, at);
  if ("const" in whole) return whole.const;
  if (whole.enum) return whole.enum.find((one) => one !== null) ?? null;
  switch (kind(whole)) {
    case "object":
      return object(whole, at);
    case "array":
      return array(whole, at);
    case "string":
      return text(whole);
    case "integer":
    case "number":
      return number(whole);
    case "boolean":
      return true;
    case "null":
      return null;
    default:
      return "text";
  }
}

function kind(schema) {
  const named = Array.isArray(schema.type) ? schema.type.find((one) => one !== "null") : schema.type;
  if (named) return named;
  if (schema.properties || schema.required) return "object";
  if (schema.items || schema.prefixItems) return "array";
  if (schema.pattern || schema.minLength) return "string";
  return schema.minimum === undefined ? undefined : "number";
}

// The schema with its references followed, its parts put together and one alternative taken.
function unfolded(schema, at) {
  let whole = schema;
  for (let hops = 0; whole.$ref && hops < 20; hops += 1) {
    const { $ref, ...rest } = whole;
    whole = together(pointed(at.root, $ref) ?? {}, rest);
  }
  const { allOf = [], anyOf, oneOf, ...rest } = whole;
  let out = rest;
  for (const part of allOf) out = together(out, unfolded(part, at));
  for (const choices of [anyOf, oneOf]) {
    const parts = choices?.map((one) => unfolded(one, at));
    const part = parts?.find((one) => one.type !== "null");
    if (part) out = together(out, part);
  }
  return out;
}

function together(one, other) {
  if (typeof one !== "object" || typeof other !== "object") return one === true ? other : one;
  return {
    ...one,
    ...other,
    ...(one.enum && other.enum && { enum: one.enum.filter((value) => other.enum.includes(value)) }),
    ...((one.properties || other.properties) && { properties: merged(one.properties, other.properties) }),
    ...((one.required || other.required) && { required: [...(one.required ?? []), ...(other.required ?? [])] }),
  };
}

function merged(one = {}, other = {}) {
  const both = Object.keys(other).filter((name) => name in one);
  return { ...one, ...other, ...Object.fromEntries(both.map((name) => [name, together(one[name], other[name])])) };
}

function object(schema, at) {
  const required = new Set(schema.required ?? []);
  const out = {};
  const below = { ...at, depth: at.depth + 1 };
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    if (required.has(name) || (at.full && at.depth < 3)) out[name] = value(property, below);
  }
  for (const name of required) if (!(name in out)) out[name] = value(schema.additionalProperties || true, below);
  for (let more = 1; Object.keys(out).length < (schema.minProperties ?? 0); more += 1) {
    out[`member${more}`] = value(schema.additionalProperties || true, below);
  }
  return out;
}

function array(schema, at) {
  const below = { ...at, depth: at.depth + 1 };
  const fixed = (schema.prefixItems ?? []).map((item) => value(item, below));
  const wanted = Math.min(Math.max(schema.minItems ?? 0, fixed.length, 1), schema.maxItems ?? Infinity);
  const items = unfolded(typeof schema.items === "object" ? schema.items : {}, at);
  for (let more = fixed.length; more < wanted; more += 1) {
    if (items.enum) fixed.push(items.enum[more % items.enum.length]);
    else {
      const one = value(schema.items ?? true, below);
      fixed.push(schema.uniqueItems && more > 0 ? different(one, more) : one);
    }
  }
  return fixed;
}

function different(one, number) {
  if (typeof one === "string") return `${one}${number}`;
  if (typeof one === "number") return one + number;
  return one;
}

function text(schema) {
  let out = FORMATS[schema.format];
  if (!out && schema.pattern) {
    if (typeof schema.examples?.[0] === "string" && new RegExp(schema.pattern, "u").test(schema.examples[0])) {
      return schema.examples[0];
    }
    const expression = new RandExp(schema.pattern.replace(/\\z/gi, "$"));
    expression.max = 4;
    expression.randInt = (from, to) => Math.min(to, from + Math.max(0, (schema.minLength ?? 0) - 1));
    expression.defaultRange.subtract(0, 126).add(48, 57).add(97, 122);
    out = expression.gen();
  }
  out ??= "text";
  if (out.length < (schema.minLength ?? 0)) out = out.padEnd(schema.minLength, "a");
  return out.slice(0, schema.maxLength ?? undefined);
}

function number(schema) {
  const step = schema.multipleOf ?? (kind(schema) === "integer" ? 1 : 0.5);
  let low = schema.minimum ?? (schema.exclusiveMinimum === undefined ? undefined : schema.exclusiveMinimum + step);
  const high = schema.maximum ?? (schema.exclusiveMaximum === undefined ? undefined : schema.exclusiveMaximum - step);
  low ??= high === undefined || high >= 1 ? 1 : high;
  return Math.ceil(low / step) * step;
}
