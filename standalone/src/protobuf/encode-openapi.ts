import { WireWriter } from './wire-writer.ts';

/** The media types in which kubectl asks for OpenAPI v2, and takes no other. The second is a valid one, and answers both. */
export const OPENAPI_V2_PROTOBUF = [
  'application/com.github.proto-openapi.spec.v2@v1.0+protobuf',
  'application/com.github.proto-openapi.spec.v2.v1.0+protobuf',
] as const;

/** The parts of an OpenAPI v2 document that its readers look at. */
export interface OpenApiV2Document {
  swagger: string;
  info: { title: string; version: string };
  definitions: Record<string, OpenApiV2Schema>;
}

/** A schema in OpenAPI v2; members with other names are extensions. */
export interface OpenApiV2Schema {
  $ref?: string;
  format?: string;
  title?: string;
  description?: string;
  default?: unknown;
  multipleOf?: number;
  maximum?: number;
  exclusiveMaximum?: boolean;
  minimum?: number;
  exclusiveMinimum?: boolean;
  maxLength?: number;
  minLength?: number;
  pattern?: string;
  maxItems?: number;
  minItems?: number;
  uniqueItems?: boolean;
  maxProperties?: number;
  minProperties?: number;
  required?: readonly string[];
  enum?: readonly unknown[];
  additionalProperties?: OpenApiV2Schema | boolean;
  type?: string | readonly string[];
  items?: OpenApiV2Schema;
  allOf?: readonly OpenApiV2Schema[];
  properties?: Record<string, OpenApiV2Schema>;
  [extension: `x-${string}`]: unknown;
}

/**
 * An OpenAPI v2 document as the message `openapi.v2.Document` of gnostic, whose field numbers these are.
 *
 * Paths are left out: who asks for this form looks for the schemas of kinds.
 */
export function encodeOpenApiV2({ swagger, info, definitions }: OpenApiV2Document): Buffer {
  const infoBytes = new WireWriter().bytesField(1, info.title).bytesField(2, info.version).bytes();
  return new WireWriter()
    .bytesField(1, swagger)
    .bytesField(2, infoBytes)
    .bytesField(9, namedSchemas(definitions))
    .bytes();
}

/** `Definitions` and `Properties`, which are alike. */
function namedSchemas(schemas: Record<string, OpenApiV2Schema>): Buffer {
  const writer = new WireWriter();
  for (const [name, schema] of Object.entries(schemas)) {
    writer.bytesField(1, new WireWriter().bytesField(1, name).bytesField(2, encodeSchema(schema)).bytes());
  }
  return writer.bytes();
}

function encodeSchema(schema: OpenApiV2Schema): Buffer {
  const writer = new WireWriter()
    .bytesField(1, schema.$ref)
    .bytesField(2, schema.format)
    .bytesField(3, schema.title)
    .bytesField(4, schema.description)
    .bytesField(5, schema.default === undefined ? undefined : anyOf(schema.default));
  writeBounds(writer, schema);
  for (const name of schema.required ?? []) writer.bytesField(19, name);
  for (const value of schema.enum ?? []) writer.bytesField(20, anyOf(value));
  writer.bytesField(21, additionalProperties(schema.additionalProperties)).bytesField(22, typeItem(schema.type));
  if (schema.items) writer.bytesField(23, new WireWriter().bytesField(1, encodeSchema(schema.items)).bytes());
  for (const part of schema.allOf ?? []) writer.bytesField(24, encodeSchema(part));
  if (schema.properties) writer.bytesField(25, namedSchemas(schema.properties));
  for (const [name, value] of Object.entries(schema)) {
    if (!name.startsWith('x-')) continue;
    writer.bytesField(31, new WireWriter().bytesField(1, name).bytesField(2, anyOf(value)).bytes());
  }
  return writer.bytes();
}

function writeBounds(writer: WireWriter, schema: OpenApiV2Schema): void {
  writer
    .doubleField(6, schema.multipleOf)
    .doubleField(7, schema.maximum)
    .booleanField(8, schema.exclusiveMaximum)
    .doubleField(9, schema.minimum)
    .booleanField(10, schema.exclusiveMinimum)
    .integerField(11, schema.maxLength)
    .integerField(12, schema.minLength)
    .bytesField(13, schema.pattern)
    .integerField(14, schema.maxItems)
    .integerField(15, schema.minItems)
    .booleanField(16, schema.uniqueItems)
    .integerField(17, schema.maxProperties)
    .integerField(18, schema.minProperties);
}

/** A value of any type travels as YAML text, of which JSON is a part. */
function anyOf(value: unknown): Buffer {
  return new WireWriter().bytesField(2, JSON.stringify(value)).bytes();
}

function additionalProperties(value: OpenApiV2Schema | boolean | undefined): Buffer | undefined {
  if (value === undefined) return undefined;
  if (typeof value === 'boolean') return new WireWriter().booleanField(2, value).bytes();
  return new WireWriter().bytesField(1, encodeSchema(value)).bytes();
}

function typeItem(type: string | readonly string[] | undefined): Buffer | undefined {
  if (type === undefined) return undefined;
  const writer = new WireWriter();
  for (const name of [type].flat()) writer.bytesField(1, name);
  return writer.bytes();
}
