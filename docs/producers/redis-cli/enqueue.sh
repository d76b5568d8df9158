#!/bin/sh
# Puts a job in with nothing but redis-cli, as jobdefs/wire/FORMAT.md says, and prints the verdict, its state and its id.
#   usage: enqueue.sh NAME JSON [ID]
# REDIS_URL names the server, JOBS_NAMESPACE the installation; QUEUE, PRIORITY and DELAY_MS say how the job is treated,
# VERSION by which version of its definition the payload was written, where that is not 1.
# Where it fails it tells the ID on standard error: run it again with that one, and the job exists once.
set -eu

if [ $# -lt 2 ]; then
    sed -n 's/^#   //p' "$0" >&2
    exit 2
fi
name=$1 payload=$2 id=${3:-$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')}
meta="{${JOBS_NAMESPACE:-jobs}}:meta" url=${REDIS_URL:-redis://127.0.0.1:6379/0}
submit=$(dirname "$0")/../submit.lua

# A password shall not stand in the list of processes: redis-cli takes it from the environment, without its %XX.
plain() {
    PART=$1 LC_ALL=C awk 'BEGIN {
        digits = "0123456789ABCDEF"; left = ENVIRON["PART"]
        while (match(left, /%[0-9A-Fa-f][0-9A-Fa-f]/)) {
            high = index(digits, toupper(substr(left, RSTART + 1, 1))) - 1
            low = index(digits, toupper(substr(left, RSTART + 2, 1))) - 1
            printf "%s%c", substr(left, 1, RSTART - 1), 16 * high + low
            left = substr(left, RSTART + 3)
        }
        printf "%s", left
    }'
}

rest=${url#*://} scheme=${url%%://*} query='' user='' db=''
case $rest in *\?*) query=${rest#*\?} rest=${rest%%\?*} ;; esac
server=${rest%%/*}
case $server in
    *@*)
        account=${server%@*} rest=${rest#"$account"@}
        user=$(plain "${account%%:*}")
        REDISCLI_AUTH=$(plain "${account#*:}") && export REDISCLI_AUTH
        ;;
esac
while [ -n "$query" ]; do
    part=${query%%&*}
    case $part in
        db=*) db=${part#*=} ;;
        username=*) user=$(plain "${part#*=}") ;;
        password=*) REDISCLI_AUTH=$(plain "${part#*=}") && export REDISCLI_AUTH ;;
    esac
    case $query in *\&*) query=${query#*&} ;; *) query='' ;; esac
done

ask() {
    case $scheme in
        unix) set -- -s "$(plain "$rest")" "$@" ;;
        *) set -- -u "$scheme://$rest" "$@" ;;
    esac
    redis-cli -e --raw ${user:+--user "$user"} ${db:+-n "$db"} "$@"
}

fail() {
    echo "enqueue.sh: $1; the job is $id" >&2
    exit 1
}

case ${VERSION:-1}${PRIORITY:-0}${DELAY_MS:-0} in *[!0-9]*) fail "VERSION, PRIORITY and DELAY_MS are whole numbers" ;; esac

schema=$(ask HGET "$meta" schema) || fail "the server does not answer"
[ "${schema:-2}" = 2 ] || fail "the key space has version $schema, and this script writes 2"

envelope='{"v":1,"id":"'$id'","name":"'$name'","queue":"'${QUEUE:-default}'","priority":'${PRIORITY:-0}${VERSION:+',"version":'$VERSION}',"payload":'$payload'}'
reply=$(ask --eval "$submit" "$meta" , '' '' "$envelope" "${DELAY_MS:-0}" '' '' '' '' '') || fail "${reply:-no answer}"
case $reply in
    created* | existing*) echo "$reply" | tr '\n' ' ' | sed 's/ $//'; echo ;;
    unreadable*) fail "the name, id, queue, priority or delay cannot be read; nothing was put in" ;;
    *) fail "the script says $(echo "$reply" | head -n 1)" ;;
esac
