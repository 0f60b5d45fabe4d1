"""Products of vectors and matrices, and Einstein's notation for all of them."""

from torch._errors import JsException, NotInPage, absent, engine, raised, refuse
from torch._tensor import Tensor, handle, method, wrap
from torch._views import function

_matmul = engine("matmul")


@function()
def matmul(input, other, **rest):
    if rest:
        refuse("matmul", rest)
    try:
        return wrap(_matmul(input._h, other._h))
    except JsException as error:
        raise raised(error) from None
    except AttributeError:
        handle(input, "matmul")
        handle(other, "matmul", "other", 2)
        raise


@method("__matmul__")
def _of(self, other):
    if not isinstance(other, Tensor):
        array = getattr(other, "__tensor__", None)
        if array is None:
            return NotImplemented
        other = array()
    try:
        return wrap(_matmul(self._h, other._h))
    except JsException as error:
        raise raised(error) from None


@method("__rmatmul__")
def _from(self, other):
    array = getattr(other, "__tensor__", None)
    return NotImplemented if array is None else matmul(array(), self)


def _checked(name, dims, complaint):
    """Make a product that takes tensors of given numbers of axes only."""

    def f(input, other=None, **rest):
        for key in ("mat2", "tensor", "vec2", "vec"):
            if key in rest:
                other = rest.pop(key)
        if rest:
            refuse(name, rest)
        handle(input, name)
        handle(other, name, "mat2", 2)
        if (input.ndim, other.ndim) != dims:
            raise RuntimeError(complaint.format(input.ndim, other.ndim))
        return matmul(input, other)

    f.__name__ = f.__qualname__ = name
    return function(name)(f)


mm = _checked("mm", (2, 2), "self must be a matrix")
bmm = _checked("bmm", (3, 3), "batch1 must be a 3D tensor")
mv = _checked("mv", (2, 1), "vector + matrix @ vector expected, got {1}, {0}, {1}")


@function("dot")
def dot(input, tensor=None, **rest):
    other = rest.pop("other", tensor)
    if input.ndim != 1 or other.ndim != 1:
        raise RuntimeError(f"1D tensors expected, but got {input.ndim}D and {other.ndim}D tensors")
    if len(input) != len(other):
        raise RuntimeError(
            "inconsistent tensor size, expected tensor"
            f" [{len(input)}] and src [{len(other)}] to have the same number of elements, but got"
            f" {len(input)} and {len(other)} elements respectively"
        )
    if input.dtype is not other.dtype:
        from torch._elementwise import _name_of

        raise RuntimeError(
            "dot : expected both vectors to have same dtype, but found"
            f" {_name_of(input)} and {_name_of(other)}"
        )
    return matmul(input, other)


@function("vdot")
def vdot(input, other):
    return dot(input, other)


@function()
def inner(input, other):
    if not input.ndim or not other.ndim:
        return input * other
    return tensordot(input, other, ([-1], [-1]))


@function("outer", "ger")
def outer(input, vec2, **rest):
    if rest:
        refuse("outer", rest)
    if input.ndim != 1 or vec2.ndim != 1:
        which, x = ("self", input) if input.ndim != 1 else ("vec2", vec2)
        raise RuntimeError(f"outer: Expected 1-D argument {which}, but got {x.ndim}-D")
    return input[:, None] * vec2


@function("addmm")
def addmm(input, mat1, mat2, *, beta=1, alpha=1):
    return beta * input + alpha * mm(mat1, mat2)


@function("addmv")
def addmv(input, mat, vec, *, beta=1, alpha=1):
    return beta * input + alpha * mv(mat, vec)


@function("addr")
def addr(input, vec1, vec2, *, beta=1, alpha=1):
    return beta * input + alpha * outer(vec1, vec2)


@function("baddbmm")
def baddbmm(input, batch1, batch2, *, beta=1, alpha=1):
    return beta * input + alpha * bmm(batch1, batch2)


@function("tensordot", as_method=False)
def tensordot(a, b, dims=2, **rest):
    if rest:
        refuse("tensordot", rest)
    if isinstance(dims, int):
        left, right = list(range(a.ndim - dims, a.ndim)), list(range(dims))
    else:
        left, right = ([d] if isinstance(d, int) else list(d) for d in dims)
    left, right = [d % a.ndim for d in left], [d % b.ndim for d in right]
    for i, j in zip(left, right, strict=True):
        if a.shape[i] != b.shape[j]:
            raise RuntimeError(
                "contracted dimensions need to match, but first has size"
                f" {a.shape[i]} in dim {i} and second has size {b.shape[j]} in dim {j}"
            )
    free_a = [d for d in range(a.ndim) if d not in left]
    free_b = [d for d in range(b.ndim) if d not in right]
    shape = [a.shape[d] for d in free_a] + [b.shape[d] for d in free_b]
    n = 1
    for d in left:
        n *= a.shape[d]
    rows = a.permute(free_a + left).reshape(-1, n) if n else a.new_zeros(1, 0)
    columns = b.permute(right + free_b).reshape(n, -1)
    return (rows @ columns).reshape(shape)


@function("einsum", as_method=False)
def einsum(equation, *operands):
    """Multiply along axes of the same letter, and sum over letters that the result lacks."""
    if len(operands) == 1 and not isinstance(operands[0], Tensor):
        operands = tuple(operands[0])
    if not isinstance(equation, str):
        raise NotInPage(absent("torch.einsum with lists of axes"))
    equation = equation.replace(" ", "")
    given, arrow, result = equation.partition("->")
    terms = given.split(",")
    if len(terms) != len(operands):
        raise RuntimeError(
            "einsum(): the number of subscripts in the equation"
            f" ({len(terms)}) does not match the number of operands ({len(operands)})"
        )
    terms, operands = _ellipses(terms, operands)
    if not arrow:
        letters = "".join(terms)
        dots = sorted({c for c in letters if c.isdigit()})
        result = "".join(dots) + "".join(
            sorted(c for c in set(letters) if letters.count(c) == 1 and not c.isdigit())
        )
    elif "..." in result:
        dots = max((sum(c.isdigit() for c in t) for t in terms), default=0)
        result = result.replace("...", "".join(str(i) for i in range(9 - dots, 9)))
    parts = [_single(t, x) for t, x in zip(terms, operands, strict=True)]
    for letter in result:
        if not any(letter in t for t, _ in parts):
            raise RuntimeError(
                f"einsum(): output subscript {letter} does not appear in the equation for any"
                " input operand"
            )
    (term, x), *rest = parts
    for i, (other_term, y) in enumerate(rest):
        needed = set(result).union(*(t for t, _ in rest[i + 1 :]))
        term, x = _two(term, x, other_term, y, needed)
    gone = [i for i, c in enumerate(term) if c not in result]
    if gone:
        x, term = x.sum(gone), "".join(c for c in term if c in result)
    if term == result:
        return x
    return x.permute([term.index(c) for c in result])


def _ellipses(terms, operands):
    """Write an ellipsis as digits, the last axis as 8: they are broadcast."""
    new = []
    for term, x in zip(terms, operands, strict=True):
        if "..." in term:
            n = x.ndim - len(term) + 3
            term = term.replace("...", "".join(str(i) for i in range(9 - n, 9)))
        elif len(term) != x.ndim:
            raise RuntimeError(
                f"einsum(): the number of subscripts in the equation ({len(term)}) does not match"
                f" the number of dimensions ({x.ndim}) for operand 0 and no ellipsis was given"
            )
        new.append(term)
    return new, operands


def _single(term, x):
    """Take the diagonal of axes of the same letter."""
    for c in dict.fromkeys(term):
        while term.count(c) > 1:
            i = term.index(c)
            j = term.index(c, i + 1)
            x = x.diagonal(0, i, j)
            term = term[:i] + term[i + 1 : j] + term[j + 1 :] + c
    return term, x


def _two(a, x, b, y, needed):
    """Multiply two operands as one product of matrices, for each entry of the letters they keep."""
    for term, other, which in ((a, b, "x"), (b, a, "y")):
        alone = [i for i, c in enumerate(term) if c not in other and c not in needed]
        if alone:
            left = "".join(c for i, c in enumerate(term) if i not in alone)
            if which == "x":
                x, a = x.sum(alone), left
            else:
                y, b = y.sum(alone), left
    sizes = {}
    for term, z in ((a, x), (b, y)):
        for c, n in zip(term, z.shape, strict=True):
            if sizes.get(c, 1) not in (1, n) and n != 1:
                raise RuntimeError(
                    f"einsum(): subscript {c} has size {n} for operand 1 which does not broadcast"
                    f" with previously seen size {sizes[c]}"
                )
            sizes[c] = max(sizes.get(c, 1), n) if n != 1 or c not in sizes else sizes[c]
    shared = [c for c in a if c in b and c in needed]
    summed = [c for c in a if c in b and c not in needed]
    only_a, only_b = [c for c in a if c not in b], [c for c in b if c not in a]

    def laid(term, z, *groups):
        order = [c for group in groups for c in group]
        z = z.permute([term.index(c) for c in order])
        z = z.expand(*[sizes[c] if c in shared or c in summed else z.shape[i]
                       for i, c in enumerate(order)])  # fmt: skip
        shape = []
        for group in groups[:1]:
            shape += [sizes[c] for c in group]
        for group in groups[1:]:
            n = 1
            for c in group:
                n *= sizes[c]
            shape.append(n)
        return z.reshape(shape)

    left, right = laid(a, x, shared, only_a, summed), laid(b, y, shared, summed, only_b)
    product = left @ right
    term = "".join(shared + only_a + only_b)
    return term, product.reshape([sizes[c] for c in term])


@function()
def trace(input):
    if input.ndim != 2:
        raise RuntimeError(f"trace: expected a matrix, but got tensor with dim {input.ndim}")
    return input.diagonal().sum()


@function()
def kron(input, other):
    n = max(input.ndim, other.ndim)
    a = input.reshape([1] * (n - input.ndim) + list(input.shape))
    b = other.reshape([1] * (n - other.ndim) + list(other.shape))
    shape = [p * q for p, q in zip(a.shape, b.shape, strict=True)]
    a = a.reshape([k for p in a.shape for k in (p, 1)])
    b = b.reshape([k for q in b.shape for k in (1, q)])
    return (a * b).reshape(shape)


@function("cross")
def cross(input, other, dim=None):
    from torch._views import stack

    if dim is None:
        dim = next((i for i, n in enumerate(input.shape) if n == 3), None)
        if dim is None:
            raise RuntimeError("linalg.cross: inputs dimension -1 must have length 3. Got "
                               f"{input.shape[-1]} and {other.shape[-1]}")  # fmt: skip
    if input.shape[dim] != 3 or other.shape[dim] != 3:
        raise RuntimeError(
            f"linalg.cross: inputs dimension {dim} must have length 3. Got {input.shape[dim]} and"
            f" {other.shape[dim]}"
        )
    a, b = input.unbind(dim), other.unbind(dim)
    parts = [a[(i + 1) % 3] * b[(i + 2) % 3] - a[(i + 2) % 3] * b[(i + 1) % 3] for i in range(3)]
    return stack(parts, dim)


@function("cdist", as_method=False)
def cdist(x1, x2, p=2.0, compute_mode=None):
    return (x1[..., :, None, :] - x2[..., None, :, :]).norm(p, -1)


def chain_matmul(*matrices):
    result = matrices[0]
    for m in matrices[1:]:
        result = result @ m
    return result


@function("matrix_power")
def matrix_power(input, n):
    from torch import linalg

    if n < 0:
        return matrix_power(linalg.inv(input), -n)
    from torch._creation import eye

    result = eye(input.shape[-1], dtype=input.dtype).expand_as(input)
    while n:
        if n & 1:
            result = result @ input
        n >>= 1
        input = input @ input if n else input
    return result
