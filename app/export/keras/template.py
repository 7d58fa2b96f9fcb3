"""The Keras script around the network, and the functions it may need."""

from __future__ import annotations

from app.export.files import LOAD_BATCH

TEMPLATE = (
    '''\
"""{title}, in Keras 3.

One batch goes through the network, its gradients come back, and the optimizer makes one step.

Needs: pip install keras safetensors, and one of tensorflow, jax and torch (KERAS_BACKEND says which)

Two files beside this one are read where they are there: {weights} holds the parameters by PyTorch's names
and in its shapes, and {batch} one batch, x of shape {shape} and y. Without them the parameters are drawn
anew and the batch is noise. Features are last everywhere. Optimizer and schedule start without a past. In which order
the batches of a whole training follow each other is not written down here.
{notes}"""
{name}
from pathlib import Path

import keras
import numpy as np
from keras import {parts}
from safetensors.numpy import load_file

HERE = Path(__file__).parent
{functions}
x = inputs = keras.Input({input})
{lines}
model = keras.Model(inputs, {output})
{frozen}loss = {loss}
optimizer = {optimizer}
model.compile(optimizer=optimizer, loss=loss)


def arranged(w):
    """The weights of each layer as Keras has them: a kernel is (in, out), of a convolution (*kernel, in, out)."""
    return {{
{arranged}
    }}


def initialize():
    """Without the file, parameters keep what their layers have drawn."""
    weights = HERE / "{weights}"
    if weights.exists():
        for name, values in arranged(load_file(weights)).items():
            model.get_layer(name).set_weights(values)


'''
    + LOAD_BATCH
    + '''\


def show_gradients():
    """From now on, print the norm of each gradient that the optimizer is given."""
    apply = optimizer.apply

    def shown(gradients, variables=None):
        for variable, gradient in zip(model.trainable_variables, gradients):
            norm = 0 if gradient is None else float(ops.norm(ops.reshape(gradient, -1)))
            print(f"{{variable.path:32}} gradient norm {{norm:.6g}}")
        apply(gradients, variables)

    optimizer.apply = shown
    model.run_eagerly = True  # compiled, it would be given no numbers yet


def main():
    initialize()
    show_gradients()
    x, y = load_batch()
{step}
    print(f"loss after one step {{float(ops.convert_to_numpy(loss(y, model(x, training=True)))):.6f}}")


if __name__ == "__main__":
    main()
'''
)

UNIFORM = '''
def uniform(count):
    """U(±1/√count): how PyTorch draws parameters. Keras would draw kernels by Glorot and begin biases at 0."""
    return initializers.RandomUniform(-(count**-0.5), count**-0.5)
'''

POSITIONS = '''
class PositionalEmbedding(layers.Layer):
    """Adds a learned vector for each place of a sequence."""

    def __init__(self, max_len, initializer, **options):
        super().__init__(**options)
        self.max_len, self.initializer = max_len, initializer

    def build(self, shape):
        self.table = self.add_weight((self.max_len, shape[-1]), self.initializer, name="table")

    def call(self, x):
        return x + self.table[: x.shape[1]]
'''

SINUSOIDS = '''
def sinusoids(time, features):
    """Sines and cosines of each place of a sequence, as Vaswani et al. 2017."""
    place, feature = np.arange(time)[:, None], np.arange(features)
    angle = place / 10000 ** (2 * (feature // 2) / features)
    return np.where(feature % 2 == 1, np.cos(angle), np.sin(angle)).astype(keras.config.floatx())
'''

ATTENTION = '''
def attention(q, k, v, heads=1, is_causal=False):
    """softmax(q kᵀ / √d) v for each of the heads; all are (batch, time, features)."""
    parts = [ops.reshape(each, (-1, each.shape[1], heads, each.shape[2] // heads)) for each in (q, k, v)]
    return ops.reshape(ops.dot_product_attention(*parts, is_causal=is_causal), (-1, q.shape[1], q.shape[2]))
'''

Z_FIRST = '''
def z_first(rows):
    """PyTorch has a GRU's gates as r, z, n; Keras as z, r, n."""
    r, z, n = np.split(rows, 3)
    return np.concatenate([z, r, n])
'''

BY_HEAD = '''
def by_head(matrix, heads):
    """(in, out) as (in, heads, out / heads)."""
    return matrix.reshape(len(matrix), heads, -1)
'''

# By what a script has in it where it needs them.
FUNCTIONS = {
    "uniform(": UNIFORM,
    "PositionalEmbedding(": POSITIONS,
    "sinusoids(": SINUSOIDS,
    "attention(": ATTENTION,
    "z_first(": Z_FIRST,
    "by_head(": BY_HEAD,
}
