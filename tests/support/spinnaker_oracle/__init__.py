"""The machine's own code as a test oracle: the toolchain's binaries, executed by `unicorn`.

`toolchain` maps networks to a virtual board, `board` runs them, `rows` reads the learned weights.
"""
