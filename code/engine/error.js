/* Errors of the engine.

   An error has a kind, the name of the Python class that it becomes ("RuntimeError", "IndexError",
   …), and a message in PyTorch's words where PyTorch has them. */

export class EngineError extends Error {
  constructor(kind, message) {
    super(message);
    this.name = kind;
    this.kind = kind;
  }
}

export function raise(kind, message) {
  throw new EngineError(kind, message);
}

// [2, 3] as PyTorch prints it
export const listed = (sizes) => `[${sizes.join(", ")}]`;

// the axis, counted from the front; -1 is the last one. Tensors without axes accept 0 and -1.
export function axis(dim, ndim) {
  const n = Math.max(ndim, 1);
  if (dim < -n || dim >= n || !Number.isInteger(dim)) {
    const range = `[${-n}, ${n - 1}]`;
    raise(
      "IndexError",
      `Dimension out of range (expected to be in range of ${range}, but got ${dim})`,
    );
  }
  return dim < 0 ? dim + n : dim;
}
