#!/bin/sh
# All series of docs/performance.md, for a quiet machine:  docs/bench/scaling.sh [./burstplex] [DIRECTORY]
# Each command goes on where it was interrupted. PUBLISH= (empty) measures quickly: 1 s of model time a point in place of 10.
set -e
bp=${1:-./burstplex}
dir=${2:-scaling}
here=$(dirname "$0")
PUBLISH=${PUBLISH---publish}
mkdir -p "$dir"
series() { # name, experiment, options
    name=$1 net=$2
    shift 2
    echo "== $name"
    "$bp" bench scaling "$net" "$@" $PUBLISH -o "$dir/$name" | tee "$dir/$name.txt"
}
all=$(nproc)
series strong balanced --vary workers --to "$all" --seeds 3
series weak balanced --vary workers --weak --to "$all" --seeds 3
series neurons "$here/growth.toml" --vary neurons --from 1000 --to 1e6 --points 7 --seeds 3
series synapses "$here/growth.toml" --vary in-degree --controlled --from 100 --to 100000 --points 4 --seeds 1
series in-degree "$here/growth.toml" --vary in-degree --controlled --from 10 --to 1000 --points 5 --seeds 3
series rate "$here/growth.toml" --vary rate --from 1 --to 60 --points 5 --seeds 3
if [ -n "$MICROCIRCUIT" ]; then # ten seeds of 20 s: hours on a small machine
    "$bp" bench microcircuit --publish --workers "$all" -o "$dir/microcircuit" | tee "$dir/microcircuit.txt"
fi
