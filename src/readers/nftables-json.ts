/** Plain JSON, as nft prints it. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }
/** A JSON object's type. */
export type JsonObject = { readonly [key: string]: Json }

/** A JSON object. */
export const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
/** A JSON array. */
export const isList = (value: Json | undefined): value is readonly Json[] => Array.isArray(value)
/** A name or number as text; empty for anything else. */
export const textOf = (value: Json | undefined): string =>
  typeof value === 'string' ? value : typeof value === 'number' ? String(value) : ''
