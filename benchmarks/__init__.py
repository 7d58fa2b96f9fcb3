"""How fast a training step is, beside the best hand-written step and beside PyTorch.

One thread each: these networks are too small to share, and a pool of threads makes the clock noisy. The
variables are read when NumPy and PyTorch are first imported, so they are set here, before any module of this
package.
"""

import os

for variable in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"):
    os.environ[variable] = "1"
