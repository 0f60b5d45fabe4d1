/* Write kernels.js, the loops of the elementwise operations.

   node kernels.mjs [OUT]    (OUT: kernels.js beside this file)

   JavaScript's compiler makes a loop fast if it always meets the same kinds of arrays. So each
   operation has a loop of its own for every kind of number (f32, f64, i64, i32, bool) and for every
   layout:

       flat      the numbers of all operands lie one after another
       right     y is a single number
       left      x is a single number
       strided   any steps

   A page may forbid code that is made from text while it runs, so these loops are written when the
   book is built. */
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { BINARY, TERNARY, UNARY } from "./formulas.mjs";

const loop = (parameters, body) => `(${parameters}, n) { for (let i = 0; i < n; i++) { ${body} } }`;

const unaryLoops = (formula) => ({
  flat: loop("a, o", `const x = a[i]; o[i] = ${formula};`),
  strided: loop("a, p, sa, o, r, so", `const x = a[p + i * sa]; o[r + i * so] = ${formula};`),
});

const binaryLoops = (formula) => ({
  flat: loop("a, b, o", `const x = a[i], y = b[i]; o[i] = ${formula};`),
  right: loop("a, y, o", `const x = a[i]; o[i] = ${formula};`),
  left: loop("x, b, o", `const y = b[i]; o[i] = ${formula};`),
  strided: loop(
    "a, p, sa, b, q, sb, o, r, so",
    `const x = a[p + i * sa], y = b[q + i * sb]; o[r + i * so] = ${formula};`,
  ),
});

const ternaryLoops = (formula) => ({
  flat: loop("a, b, c, o", `const x = a[i], y = b[i], z = c[i]; o[i] = ${formula};`),
  strided: loop(
    "a, p, sa, b, q, sb, c, t, sc, o, r, so",
    `const x = a[p + i * sa], y = b[q + i * sb], z = c[t + i * sc]; o[r + i * so] = ${formula};`,
  ),
});

// Every kind has loops of its own, but int64 shares those of float64 where the formula is the same:
// both lie in a Float64Array.
function kernel(name, table, loops) {
  const entry = table[name];
  const kinds = ["f32", "f64", "i32"];
  for (const kind of ["i64", "bool"]) if (entry[kind] !== undefined) kinds.push(kind);
  const written = kinds.map((kind) => {
    const methods = Object.entries(loops(entry[kind] ?? entry.all)).map(
      ([layout, text]) => `${layout}${text}`,
    );
    return `    ${kind}: {\n      ${methods.join(",\n      ")},\n    },`;
  });
  return [
    `  ${name}: share({`,
    `    result: "${entry.result ?? "same"}",`,
    ...written,
    "  }),",
  ].join("\n");
}

function table(constant, entries, loops) {
  const lines = Object.keys(entries).map((name) => kernel(name, entries, loops));
  return `export const ${constant} = {\n${lines.join("\n")}\n};\n`;
}

export function kernels() {
  return [
    "// Written by kernels.mjs from formulas.mjs: change those.\n",
    'import * as s from "./scalar.js";\nimport * as special from "./special.js";\n',
    "const share = (kinds) => ({ i64: kinds.f64, bool: kinds.i32, ...kinds });\n",
    table("UNARY_KERNELS", UNARY, unaryLoops),
    table("BINARY_KERNELS", BINARY, binaryLoops),
    table("TERNARY_KERNELS", TERNARY, ternaryLoops),
  ].join("\n");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const out = process.argv[2] ?? fileURLToPath(new URL("kernels.js", import.meta.url));
  writeFileSync(out, kernels());
}
