#!/usr/bin/env bash
# Joins the shards once all of them are there:
#   sbatch --dependency=afterok:"$(sbatch --parsable examples/cluster/slurm-shards.sh)" examples/cluster/slurm-merge.sh
#SBATCH --job-name=nines-merge
#SBATCH --cpus-per-task=1
#SBATCH --mem=2G
#SBATCH --time=00:30:00
set -euo pipefail

: "${CAMPAIGN:=campaigns/common-sense-1G}"
exec nines merge "$CAMPAIGN" "$CAMPAIGN.shards"/*
