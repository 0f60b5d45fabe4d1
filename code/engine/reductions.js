/* Reductions. */
import { raise } from "./error.js";
export function sumTo() { raise("NotImplementedError", "sumTo"); }
