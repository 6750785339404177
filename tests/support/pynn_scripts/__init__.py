"""PyNN scripts of the kinds that users bring, each a function of the simulator module alone."""
