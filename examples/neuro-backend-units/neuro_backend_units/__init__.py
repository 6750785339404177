"""An example of a backend in a package of its own: networks of binary threshold units."""
