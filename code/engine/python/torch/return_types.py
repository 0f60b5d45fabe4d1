"""The named tuples that functions with several results return."""


def _result(name, *fields):
    """Make a tuple whose entries have names, printed as PyTorch does."""

    class Result(tuple):
        __slots__ = ()
        _fields = fields

        def __new__(cls, parts):
            return tuple.__new__(cls, parts)

        def __repr__(self):
            lines = ",\n".join(f"{f}={x!r}" for f, x in zip(fields, self, strict=True))
            return f"torch.return_types.{name}(\n{lines})"

        def __reduce__(self):
            return type(self), (tuple(self),)

    for i, field in enumerate(fields):
        setattr(Result, field, property(lambda self, i=i: tuple.__getitem__(self, i)))
    Result.__name__ = Result.__qualname__ = name
    Result.__module__ = "torch.return_types"
    Result.n_fields = Result.n_sequence_fields = len(fields)
    globals()[name] = Result
    return Result


for _name in ("max", "min", "median", "nanmedian", "mode", "sort", "topk", "kthvalue", "cummax",
              "cummin"):  # fmt: skip
    _result(_name, "values", "indices")
_result("aminmax", "min", "max")
_result("frexp", "mantissa", "exponent")
_result("histogram", "hist", "bin_edges")
_result("linalg_eigh", "eigenvalues", "eigenvectors")
_result("linalg_eig", "eigenvalues", "eigenvectors")
_result("linalg_svd", "U", "S", "Vh")
_result("svd", "U", "S", "V")
_result("linalg_qr", "Q", "R")
_result("linalg_slogdet", "sign", "logabsdet")
_result("slogdet", "sign", "logabsdet")
_result("linalg_lu", "P", "L", "U")
_result("linalg_lstsq", "solution", "residuals", "rank", "singular_values")
_result("linalg_inv_ex", "inverse", "info")
_result("linalg_cholesky_ex", "L", "info")
_result("linalg_solve_ex", "result", "info")
_result("linalg_lu_factor", "LU", "pivots")
_result("triangular_solve", "solution", "cloned_coefficient")
