"""What PyTorch has, the book uses or a reader may know, and the engine lacks: name and reason.

`ABSENT` and `REFUSED` are for the script that checks the chapters. `ARGUMENTS` are PyTorch's
keyword arguments that some function here does not take: they are refused by their name.
"""

COMPLEX = "the engine has no complex numbers"
SEEN = "the engine has no dispatcher, whose operations could be seen"

ABSENT = {
    "torch.fft": COMPLEX,
    "torch.fft.ifft": COMPLEX,
    "torch.Tag": SEEN,
    "torch.Tag.pointwise": SEEN,
    "torch.Tag.reduction": SEEN,
    "torch.Tensor.data_ptr": "the numbers of a tensor have no address in the page",
    "torch.Tensor.untyped_storage": "the numbers of a tensor have no address in the page",
    "torch.Tensor.name": "no tensor of the book has a name: nodes and files have",
    "torch.range": "PyTorch has given it up for torch.arange",
    "torch.complex": COMPLEX,
    "torch.linalg.eig": COMPLEX,
    "torch.linalg.eigvals": COMPLEX,
    "torch.compile": "nothing is compiled in the page",
    "torch.jit": "nothing is compiled in the page",
    "torch.save": "the page has no files",
    "torch.load": "the page has no files",
    "torch.autograd.forward_ad": "the engine has no dual numbers; torch.func.jvp is there",
    "torch.distributions.StudentT": "not among the distributions of the book",
    "torch.distributed": "a page is one process",
    "torch.utils.checkpoint": "nothing in the page is so large",
    "torch.utils.data": "the book's data fit into one tensor",
    "torch.nn.Conv2d": "the book's networks have no convolutions",
    "scipy": "SciPy is not in the page",
    "matplotlib": "the page draws figures by itself: see the package pictures",
}

# These are there, to be imported or compared with, and refuse to be used.
REFUSED = {
    "torch.utils._python_dispatch.TorchDispatchMode": SEEN,
    "torch.cuda": "a page does not reach the graphics card by CUDA",
    "torch.float16": "a tensor of it: browsers have no such arrays",
    "torch.bfloat16": "a tensor of it: browsers have no such arrays",
    "torch.complex64": COMPLEX,
}


ARGUMENTS = frozenset(
    (
        "out layout pin_memory memory_format dtype device requires_grad driver rtol atol weight "
        "size_average reduce axis dim keepdim generator sorter stable fweights aweights compute_uv "
        "pivot decimals nan posinf neginf sparse_grad accumulate output_size pin_memory_device"
    ).split()
)

METHODS = frozenset(
    (
        "angle arccos_ as_strided as_strided_ baddbmm_ cfloat char chalf conj_physical coalesce "
        "crow_indices dense_dim dequantize fft geqrf half histogramdd igamma igammac imag "
        "index_reduce index_reduce_ is_coalesced istft lu lu_solve map_ map2_ masked_scatter_ "
        "module_load mvlgamma narrow_copy nextafter_ orgqr ormqr put put_ q_scale record_stream "
        "refine_names rename resize resize_ resize_as_ scatter_reduce scatter_reduce_ set_ "
        "share_memory_ slice_scatter select_scatter diagonal_scatter sparse_mask sspaddmm stft "
        "storage untyped_storage to_dense to_mkldnn to_sparse triangular_solve unsafe_chunk "
        "unsafe_split view_as_complex xpu align_to align_as apply_ data_ptr dlpack "
        "to_padded_tensor "
        "vdot_ sparse_resize_ hsplit vsplit dsplit renorm renorm_ addbmm addbmm_ addmm_ addmv_ "
        "addr_ "
        "cross_ cumsum_ logaddexp_"
    ).split()
)
