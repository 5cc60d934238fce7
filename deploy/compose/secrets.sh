#!/bin/sh
# Writes .env with a generated secret for every place that needs one. An existing .env is left alone.
set -eu
cd "$(dirname "$0")/../.."
[ ! -e .env ] || { echo ".env exists; it stays as it is."; exit 0; }

random() {
    head -c 24 /dev/urandom | od -An -tx1 | tr -d ' \n'
}

umask 077
{
    echo "COMPOSE_PROJECT_NAME=sise"
    echo "SISE_SECRET_KEY=$(head -c 32 /dev/urandom | base64)"
    echo "POSTGRES_PASSWORD=$(random)"
    echo "RABBITMQ_PASSWORD=$(random)"
    for service in IDENTITY REGISTRY RISK INSPECTIONS PERMITS CREDIT GATEWAY; do
        for purpose in OWNER APPLICATION BROKER; do
            echo "${service}_${purpose}=$(random)"
        done
    done
} > .env
echo "Wrote .env. Keep it: without SISE_SECRET_KEY personal data cannot be read again."
