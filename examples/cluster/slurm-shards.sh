#!/usr/bin/env bash
# One campaign as an array job of Slurm, a shard each:  sbatch examples/cluster/slurm-shards.sh
# A shard that was killed, ran out of time or lost its node is submitted again alone and goes on:  sbatch --array=17 ...
#SBATCH --job-name=nines
#SBATCH --array=1-64
#SBATCH --cpus-per-task=4
#SBATCH --mem=1G
#SBATCH --time=02:00:00
#SBATCH --requeue
#SBATCH --signal=B:TERM@60
set -euo pipefail

# All shards of a campaign have these in common; as many shards as the array above has tasks, however few are submitted again.
: "${SHARDS:=64}" "${CAMPAIGN:=campaigns/common-sense-1G}"
export NINES_POLICY="${NINES_POLICY:-common-sense}" NINES_ROLLOUTS="${NINES_ROLLOUTS:-1G}"

# exec: a minute before the time is over Slurm tells this process, which then is nines, to end; it writes what it has.
exec nines run --shard "$SLURM_ARRAY_TASK_ID/$SHARDS" --out "$CAMPAIGN.shards/$SLURM_ARRAY_TASK_ID" --resume \
  --threads "${SLURM_CPUS_PER_TASK:-1}" --memory 800M --progress lines
