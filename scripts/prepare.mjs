// Makes the database that a first start copies (src/store/template.ts). Run once, by scripts/install.sh.
import { buildTemplate } from '../src/store/template.ts'

await buildTemplate()
