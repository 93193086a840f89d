/**
 * `env:NAME`, `file:PATH` or `exec:COMMAND`: where a secret is kept, not the secret. As JSON Schema and `RegExp` take a
 * pattern.
 */
export const referencePattern = '^(env:[A-Za-z_][A-Za-z0-9_]*|file:\\S.*|exec:\\S.*)$'
