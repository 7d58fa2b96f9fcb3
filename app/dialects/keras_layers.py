"""Layers of Keras 3, which has features last everywhere. Names and defaults are those of the released package, 3.15."""

from __future__ import annotations

from app.dialects.term import Argument, Term

GLOROT = Argument("weight_init", "kernel_initializer", "glorot_uniform", "dialect.glorot")
ZEROS = Argument("bias_init", "bias_initializer", "zeros", "dialect.zeros")
BIAS = Argument("bias", "use_bias", True)
EPSILON = Argument("eps", "epsilon", 1e-3, "dialect.norm")
AFFINE = (Argument("affine", "scale", True), Argument("affine", "center", True))
RECURRENT = (
    Argument("hidden_size", "units"),
    Argument("num_layers", "", None, "dialect.levels"),
    BIAS,
    Argument("dropout", "", None, "dialect.levels"),
    Argument("bidirectional", "", None, "dialect.bidirectional"),
    Argument("truncate", "", None, "dialect.truncate"),
    Argument("returns", "return_sequences", False, "dialect.returns"),
    Argument("weight_ih_init", "kernel_initializer", "glorot_uniform", "dialect.glorot"),
    Argument("weight_hh_init", "recurrent_initializer", "orthogonal", "dialect.orthogonal"),
    ZEROS,
)
ONE_BIAS = "dialect.one_bias"


def _kernel(axes: int, *more: Argument) -> tuple[Argument, ...]:
    """The arguments of a convolution; in Keras one number, or two."""
    one = 1 if axes == 1 else (1, 1)
    return (
        Argument("out_channels", "filters"),
        Argument("kernel_size", "kernel_size"),
        Argument("stride", "strides", one),
        Argument("padding", "padding", "valid", "dialect.padding", same=0),
        *more,
        Argument("dilation", "dilation_rate", one),
        BIAS,
        GLOROT,
        ZEROS,
    )


def _pool(axes: int, kind: str, size: int | None = None) -> Term:
    default = None if size is None else size if axes == 1 else (size, size)
    arguments = (
        Argument("kernel_size", "pool_size", default),
        Argument("stride", "strides"),
        Argument("padding", "padding", "valid", "dialect.padding", same=0),
        Argument("ceil_mode", "", None, "dialect.ceil"),
    )
    return Term(f"{kind}Pool{axes}d", f"{'Max' if kind == 'Max' else 'Average'}Pooling{axes}D", arguments)


KERNELS = (
    *(Term(f"Conv{n}d", f"Conv{n}D", _kernel(n, Argument("groups", "groups", 1))) for n in (1, 2)),
    *(
        Term(f"ConvTranspose{n}d", f"Conv{n}DTranspose", _kernel(n, Argument("output_padding", "output_padding")))
        for n in (1, 2)
    ),
    *(_pool(n, "Max", 2) for n in (1, 2)),
    *(_pool(n, "Avg") for n in (1, 2)),
    *(
        Term(f"AdaptiveAvgPool{n}d", f"AdaptiveAveragePooling{n}D", (Argument("output_size", "output_size"),))
        for n in (1, 2)
    ),
)
BATCH_NORM = (
    Argument("momentum", "momentum", 0.99, "dialect.keep", "rest"),
    EPSILON,
    *AFFINE,
    Argument("track_running_stats", "", None, "dialect.tracked"),
)
NORMS = (
    *(Term(f"BatchNorm{n}d", "BatchNormalization", BATCH_NORM, "dialect.variance") for n in (1, 2)),
    Term(
        "LayerNorm",
        "LayerNormalization",
        (EPSILON, Argument("elementwise_affine", "scale", True), Argument("bias", "center", True)),
    ),
    Term(
        "GroupNorm",
        "GroupNormalization",
        (Argument("num_groups", "groups", 32, "dialect.groups"), EPSILON, *AFFINE),
    ),
    Term("RMSNorm", "RMSNormalization", (Argument("eps", "epsilon", 1e-6, "dialect.rms"),)),
)
SEQUENCES = (
    Term(
        "Embedding",
        "Embedding",
        (
            Argument("num_embeddings", "input_dim"),
            Argument("embedding_dim", "output_dim"),
            Argument("weight_init", "embeddings_initializer", "uniform", "dialect.embedding"),
        ),
    ),
    Term("RNN", "SimpleRNN", (*RECURRENT, Argument("nonlinearity", "activation", "tanh")), ONE_BIAS),
    Term("GRU", "GRU", (*RECURRENT, Argument("", "reset_after", True))),
    Term("LSTM", "LSTM", (*RECURRENT, Argument("forget_bias", "unit_forget_bias", True, "dialect.forget")), ONE_BIAS),
    Term(
        "MultiheadAttention",
        "MultiHeadAttention",
        (
            Argument("num_heads", "num_heads"),
            BIAS,
            Argument("dropout", "dropout", 0.0),
            Argument("is_causal", "use_causal_mask", False),
        ),
        "dialect.key_dim",
    ),
)
DENSE = (
    Term("Linear", "Dense", (Argument("out_features", "units"), BIAS, GLOROT, ZEROS)),
    Term("Dropout", "Dropout", (Argument("p", "rate", None, "dialect.dropout"),)),
    Term("PReLU", "PReLU", (Argument("init", "alpha_initializer", "Zeros", "dialect.prelu"),)),
    Term("LeakyReLU", "LeakyReLU", (Argument("negative_slope", "negative_slope", 0.3, "dialect.slope"),)),
    Term("ELU", "ELU", (Argument("alpha", "alpha", 1.0),)),
    Term("ReLU", "ReLU"),
    Term("Softmax", "Softmax"),
    Term("Identity", "Identity"),
)
JOINS = (
    Term("Add", "Add"),
    Term("Multiply", "Multiply"),
    Term("Concat", "Concatenate"),
    Term("Flatten", "Flatten", why="dialect.flatten"),
    Term("Unflatten", "Reshape", (Argument("unflattened_size", "target_shape"),), "dialect.flatten"),
    Term("Transpose", "Permute"),
    Term("Sum", "ops.sum"),
    Term("Mean", "ops.mean"),
    Term("Max", "ops.amax"),
    Term("Select", "", why="dialect.index"),
    Term("Slice", "", why="dialect.index"),
)
# Layers that Keras has not, which the export writes out of those that it has, or as a class or function of the script.
WRITTEN = (
    "ResidualBlock",
    "BasicBlock",
    "TransformerEncoderLayer",
    "TransformerDecoderLayer",
    "PositionalEmbedding",
    "SinusoidalEncoding",
    "ScaledDotProductAttention",
)
SHAPED = (
    Term("GELU", "activations.gelu", (Argument("approximate", "approximate", False, same="none"),)),
    Term("CELU", "activations.celu", (Argument("alpha", "alpha", 1.0),)),
    Term("Softshrink", "activations.soft_shrink", (Argument("lambd", "threshold", 0.5),)),
    Term("Hardshrink", "activations.hard_shrink", (Argument("lambd", "threshold", 0.5),)),
    Term("Softplus", "activations.softplus", (Argument("beta", ""), Argument("threshold", "")), "dialect.spelled"),
    Term("Hardtanh", "activations.hard_tanh", (Argument("min_val", ""), Argument("max_val", "")), "dialect.spelled"),
)
# Others are functions of keras.activations, by name.
ACTIVATIONS = {
    "Tanh": "tanh",
    "Sigmoid": "sigmoid",
    "SiLU": "silu",
    "ReLU6": "relu6",
    "Hardsigmoid": "hard_sigmoid",
    "Hardswish": "hard_silu",
    "Mish": "mish",
    "SELU": "selu",
    "Softsign": "softsign",
    "LogSigmoid": "log_sigmoid",
    "Tanhshrink": "tanh_shrink",
    "LogSoftmax": "log_softmax",
}
LAYERS = (
    *DENSE,
    *KERNELS,
    *NORMS,
    *SEQUENCES,
    *JOINS,
    *SHAPED,
    *(Term(kind, "", why="dialect.written") for kind in WRITTEN),
    *(Term(kind, f"activations.{name}") for kind, name in ACTIVATIONS.items()),
)
