"""The polynomials of crates/lnn-core/src/elementary.rs, and values to measure its functions against. Needs mpmath.

python3 elementary.py                      prints the coefficients, highest first, and whether elementary.rs has them
python3 elementary.py table 100            prints elementary.txt: about 100 points for each kind of place and function

A polynomial is the interpolation of its function at Chebyshev nodes, which is close to the best of its degree.
A line of the table is: function, bits of x, bits of the f64 nearest to f(x), and what is missing from it, in ulp.
"""

import math
import random
import re
import struct
import sys
from pathlib import Path

from mpmath import cos, exp, log, log1p, lu_solve, matrix, mp, mpf, nstr, pi, sqrt, tanh

mp.dps = 60
HALF_LN_2 = log(2) / 2


def interpolate(function, low, high, degree):
    """The coefficients, highest first."""
    n = degree + 1
    middle, radius = (low + high) / 2, (high - low) / 2
    nodes = [middle + radius * cos(pi * (2 * i + 1) / (2 * n)) for i in range(n)]
    powers, values = matrix(n, n), matrix(n, 1)
    for i, node in enumerate(nodes):
        values[i] = function(node)
        for j in range(n):
            powers[i, j] = node ** (degree - j)
    return list(lu_solve(powers, values))


def exp_rest(r):
    return (exp(r) - 1 - r) / r**2 if r else mpf(1) / 2


def tanh_rest(z):
    return (tanh(sqrt(z)) / sqrt(z) - 1) / z


def ln_rest(f):
    return (log1p(f) - f + f * f / 2) / f**3 if f else mpf(1) / 3


# Name, function, range, degree, format of a number, significant digits taken of it.
POLYNOMIALS = [
    ("exp_f32", exp_rest, -HALF_LN_2 * mpf("1.01"), HALF_LN_2 * mpf("1.01"), 5, "<f", 8),
    ("tanh_f32", tanh_rest, mpf(10) ** -20, mpf("0.625") ** 2, 5, "<f", 8),
    ("tanh_f64", tanh_rest, mpf(10) ** -20, mpf("0.625") ** 2, 11, "<d", 17),
    ("ln_of_parts", ln_rest, sqrt(mpf(1) / 2) - 1, sqrt(mpf(2)) - 1, 8, "<f", 8),
]


def rounded(value, code):
    return struct.unpack(code, struct.pack(code, float(value)))[0]


def as_in_rust(number, code):
    """The shortest decimal of a number, digits in groups of three."""
    digits = next(n for n in range(1, 18) if rounded(f"{number:.{n}g}", code) == number)
    mantissa, exponent = f"{number:.{digits - 1}e}".split("e")
    tail = f"e{int(exponent)}" if int(exponent) < -4 else ""
    if not tail:
        mantissa = f"{number:.{digits - 1 - int(exponent)}f}"
    whole, fraction = mantissa.split(".")
    return f"{whole}.{'_'.join(fraction[i:i + 3] for i in range(0, len(fraction), 3))}{tail}"


def print_coefficients():
    source = (Path(__file__).parent / "../../src/elementary.rs").read_text()
    literals = [word.replace("_", "") for word in re.findall(r"-?\d[\d_]*\.[\d_]+(?:e-?\d+)?", source)]
    for name, function, low, high, degree, code, digits in POLYNOMIALS:
        print(name)
        for coefficient in interpolate(function, low, high, degree):
            number = rounded(nstr(coefficient, digits), code)
            stands = any(rounded(literal, code) == number for literal in literals)
            print(f"    {as_in_rust(number, code):<30}", "in elementary.rs" if stands else "NOT in elementary.rs")


def neighbours(x, n, draw):
    """A few numbers within some hundred ulp of x."""
    bits = struct.unpack("<q", struct.pack("<d", x))[0]
    return [struct.unpack("<d", struct.pack("<q", max(0, bits + draw.randint(-500, 500))))[0] for _ in range(n)]


def signed(numbers):
    return numbers + [-x for x in numbers]


def points(name, n, draw):
    """Where the function is measured: over its range, evenly and by size, and around its seams and ends."""
    few = max(2, n // 20)
    sizes = [draw.uniform(1, 2) * 2.0 ** draw.randint(-60, 0) for _ in range(n)]
    if name == "exp":
        seams = [k * math.log(2) / 2 for k in range(1, 40, 2)] + [1.5 * math.log(2), 708.396, 709.78]
        even = [draw.uniform(-745.2, 709.78) for _ in range(2 * n)] + [draw.uniform(-745.2, -708) for _ in range(n)]
        return signed(sizes) + even + signed([x for seam in seams for x in neighbours(seam, few, draw) if x < 709.78])
    if name == "tanh":
        seams = [0.625, HALF_LN_2, 0.55, 1.0, 22.0]
        even = [draw.uniform(0, 1) for _ in range(2 * n)] + [draw.uniform(0, 23) for _ in range(n)]
        return signed(sizes + even + [x for seam in seams for x in neighbours(float(seam), few, draw)])
    all_sizes = [math.ldexp(draw.uniform(1, 2), draw.randint(-1074, 1023)) for _ in range(n)]
    roots = [math.ldexp(math.sqrt(0.5), k) for k in (-1000, -3, -1, 0, 1, 2, 60, 1000)]
    if name == "ln":
        near_one = [1 + sign * size for size in sizes for sign in (1, -0.5) if size < 1]
        even = [draw.uniform(0.5, 2) for _ in range(2 * n)]
        return all_sizes + near_one + even + [x for root in roots + [1.0, 2.0**-1022] for x in neighbours(root, few, draw)]
    seams = [math.sqrt(2) - 1, 1.0, 2.0**-29, 2.0**-53, 2.0**53] + roots
    even = [draw.uniform(0, 3) for _ in range(2 * n)]
    return all_sizes + sizes + even + [x for seam in seams for x in neighbours(seam, few, draw)]


def ulp(x):
    return mpf(math.ulp(x))


def print_table(n):
    functions = {"exp": exp, "tanh": tanh, "ln": log, "ln_1p": log1p}
    print("# Written by elementary.py, which says what the columns are.")
    for name, function in functions.items():
        for x in sorted(set(points(name, n, random.Random(name)))):
            if x == 0 and name != "exp":
                continue
            exact = function(mpf(x))
            nearest = float(exact)
            rest = (exact - mpf(nearest)) / ulp(nearest)
            bits = [struct.unpack("<Q", struct.pack("<d", number))[0] for number in (x, nearest)]
            print(f"{name} {bits[0]:016x} {bits[1]:016x} {float(rest):.4f}")


if len(sys.argv) == 3 and sys.argv[1] == "table":
    print_table(int(sys.argv[2]))
else:
    print_coefficients()
