// Writes the JSON Schemas of the files that users write: `node scripts/make-schemas.ts`.
import { join } from 'node:path'
import { schemaDocuments, schemaText } from '../src/files/schema-documents.ts'
import { writeFileAtomically } from '../src/files/write.ts'
import { packageRoot } from '../src/package-root.ts'

for (const { file, schema } of schemaDocuments()) {
  await writeFileAtomically(join(packageRoot(), 'schemas', file), schemaText(schema), { mode: 0o644 })
}
