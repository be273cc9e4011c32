"""The paired difference of two classifiers on the same samples."""
import math

import numpy as np


def paired_interval(float_right, int8_right):
    """The paired drop in accuracy and the bounds of its 95 % interval, in percentage points.

    The interval is Agresti and Min's (2005): half a sample is added to each cell of the table of right and wrong.
    """
    lost, gained = int(np.sum(float_right & ~int8_right)), int(np.sum(~float_right & int8_right))
    count, difference = len(float_right) + 2, (lost + 0.5) - (gained + 0.5)
    deviation = math.sqrt((lost + gained + 1) - difference**2 / count)
    center, half = 100 * difference / count, 100 * 1.959964 * deviation / count
    return 100 * (lost - gained) / len(float_right), center - half, center + half
