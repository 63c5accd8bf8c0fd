export { renameField, type FieldRename } from "./rename-field.ts";
