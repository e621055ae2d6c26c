#!/usr/bin/env bash
# Plan: 0 to create, 1 to update, 3 to replace, 0 to delete; 4 unchanged.
# Target dev (org 5FD2F6FA@AdobeOrg, sandbox dev), made 2027-02-03 12:00:00 UTC.
#
# Needs bash, curl and jq, and in the environment IMS_OAUTH_S2S_CLIENT_ID and
# IMS_OAUTH_S2S_CLIENT_SECRET. AEP_PLATFORM and AEP_IMS point it elsewhere, for example
# at a running `aepflow emulator`; AEPFLOW_NOW (2027-01-31T12:00:00Z) pins the clock.
# It writes no lockfile: aepflow does not know what it creates.
set -euo pipefail

# `aepflow apply` refuses this plan without a flag, and this script without AEPFLOW_ALLOW=yes.
# --on-replace backfill|continue: flow.customers
[[ ${AEPFLOW_ALLOW:-} == yes ]] || {
  echo 'this plan is refused unless AEPFLOW_ALLOW=yes; see the comment above' >&2
  exit 5
}

org='5FD2F6FA@AdobeOrg'
sandbox='dev'
platform=${AEP_PLATFORM:-https://platform.adobe.io}
ims=${AEP_IMS:-https://ims-na1.adobelogin.com}

: "${IMS_OAUTH_S2S_CLIENT_ID:?set it to the client id of the API credential}"
: "${IMS_OAUTH_S2S_CLIENT_SECRET:?set it to the client secret of the API credential}"
export IMS_OAUTH_S2S_CLIENT_ID IMS_OAUTH_S2S_CLIENT_SECRET
export IMS_OAUTH_S2S_SCOPES=${IMS_OAUTH_S2S_SCOPES:-openid,session,AdobeID,read_organizations,additional_info.projectedProductContext}

# printable: its input on one line, without characters that steer a terminal or a pipeline.
printable() {
  jq -Rrs '[[0, 31], [127, 159], [173, 173], [1564, 1564], [8203, 8207], [8232, 8238], [8288, 8303], [65279, 65279],
      [65520, 65535], [917504, 921599]] as $hidden
    | sub("\n$"; "") | explode
    | map(. as $c | if any($hidden[]; .[0] <= $c and $c <= .[1]) then 32 else . end)
    | implode | gsub("##(?<open>\\[|vso\\[)"; "# #\(.open)")'
}

# sign_in: sets token. The secret goes over stdin, never as an argument.
sign_in() {
  local form answer
  form=$(jq -nr '(env.IMS_OAUTH_S2S_SCOPES | if startswith("[") then fromjson | join(",") else . end) as $scope
    | { grant_type: "client_credentials", client_id: env.IMS_OAUTH_S2S_CLIENT_ID,
        client_secret: env.IMS_OAUTH_S2S_CLIENT_SECRET, scope: $scope }
    | to_entries | map("\(.key)=\(.value | @uri)") | join("&")')
  answer=$(curl --silent --show-error --data @- "${ims%/}/ims/token/v3" <<<"$form")
  token=$(jq -er '.access_token // empty' <<<"$answer") || {
    echo "sign in: no token: $(jq -r '.error_description // .error // "unknown answer"' <<<"$answer" | printable)" >&2
    return 1
  }
}

# call METHOD PATH [IF-MATCH [BODY [MEDIA-TYPE]]]: prints the answer; fails when the
# platform refuses.
call() {
  local method=$1 path=$2 etag=${3:-} body=${4:-} media=${5:-application/json} answer status
  local -a extra=()
  if [[ -n $etag ]]; then extra+=(--header "If-Match: $etag"); fi
  if [[ -n $body ]]; then extra+=(--header "Content-Type: $media" --data-binary @-); fi
  answer=$(curl --silent --show-error --globoff --request "$method" "${platform%/}$path" \
    --header @<(printf 'Authorization: Bearer %s\n' "$token") \
    --header "x-api-key: $IMS_OAUTH_S2S_CLIENT_ID" --header "x-gw-ims-org-id: $org" \
    --header "x-sandbox-name: $sandbox" --header 'Accept: application/json' \
    ${extra[@]+"${extra[@]}"} --write-out '\n%{http_code}' <<<"$body")
  status=${answer##*$'\n'}
  answer=${answer%$'\n'*}
  if ((status < 200 || status > 299)); then
    printable <<<"$method $path: $status $answer" >&2
    return 1
  fi
  printf '%s\n' "$answer"
}

# etag_of PATH: from the body (Flow Service) or from a header (Catalog).
etag_of() {
  local answer etag
  answer=$(call GET "$1")
  etag=$(jq -r 'if (.items | type) == "array" then .items[0].etag else [.[]? | .version? // empty][0] end // empty' <<<"$answer")
  printf '%s' "$etag"
}

# now_plus SECONDS: the clock, or AEPFLOW_NOW where it is pinned.
now_plus() {
  jq -nr --argjson more "$1" '(env.AEPFLOW_NOW // "") as $pinned
    | (if $pinned == "" then now | floor else $pinned | fromdate end) + $more'
}

# encoded ID: an id as one step of a path.
encoded() { jq -nr --arg id "$1" '$id | @uri'; }

: "${connection_crm_id:?set it to the id of connection.crm}"
: "${schema_customers_id:?set it to the id of schema.customers}"
: "${dataset_customers_id:?set it to the id of dataset.customers}"
: "${mapping_customers_version:?set it to the version of mapping.customers}"
mapping_customers_id='0b090130b58b4819afc78b6dc98b484d'

sign_in
tenant=$(call GET /data/foundation/schemaregistry/stats | jq -er '.tenantId | ltrimstr("_")')

# 1/8 create source.customers
echo '1/8 create source.customers' >&2
body=$(jq -nc --arg connection_crm_id "$connection_crm_id" '{
  "name": "CRM customers, hourly source",
  "baseConnectionId": $connection_crm_id,
  "data": {
    "format": "tabular"
  },
  "params": {
    "tableName": "public.customers",
    "columns": [
      {
        "name": "id",
        "type": "string",
        "xdm": {
          "type": "string"
        }
      },
      {
        "name": "first_name",
        "type": "string",
        "xdm": {
          "type": "string"
        }
      },
      {
        "name": "last_name",
        "type": "string",
        "xdm": {
          "type": "string"
        }
      },
      {
        "name": "tier",
        "type": "string",
        "xdm": {
          "type": "string"
        }
      },
      {
        "name": "updated_at",
        "type": "string",
        "meta:xdmType": "date-time",
        "xdm": {
          "type": "string",
          "format": "date-time"
        }
      }
    ]
  },
  "connectionSpec": {
    "id": "74a1c565-4e59-48d7-9d67-7c03b8a13137",
    "version": "1.0"
  }
}')
answer=$(call POST "/data/foundation/flowservice/sourceConnections" '' "$body")
source_customers_id=$(jq -er '.id' <<<"$answer")

# 2/8 create target.customers
echo '2/8 create target.customers' >&2
body=$(jq -nc --arg schema_customers_id "$schema_customers_id" --arg dataset_customers_id "$dataset_customers_id" '{
  "name": "CRM customers, hourly target",
  "data": {
    "schema": {
      "id": $schema_customers_id,
      "version": "application/vnd.adobe.xed-full+json;version=1"
    }
  },
  "params": {
    "dataSetId": $dataset_customers_id
  },
  "connectionSpec": {
    "id": "c604ff05-7f1a-43c0-8e18-33bf874cb11c",
    "version": "1.0"
  }
}')
answer=$(call POST "/data/foundation/flowservice/targetConnections" '' "$body")
target_customers_id=$(jq -er '.id' <<<"$answer")

# 3/8 create flow.customers
echo '3/8 create flow.customers' >&2
start=$(now_plus 60)
body=$(jq -nc --arg source_customers_id "$source_customers_id" --arg target_customers_id "$target_customers_id" --arg mapping_customers_id "$mapping_customers_id" --arg mapping_customers_version "$mapping_customers_version" --argjson start "$start" '{
  "name": "CRM customers, hourly",
  "description": "customers changed since the last run",
  "flowSpec": {
    "id": "14518937-270c-4525-bdec-c2ba7cce3860",
    "version": "1.0"
  },
  "sourceConnectionIds": [
    $source_customers_id
  ],
  "targetConnectionIds": [
    $target_customers_id
  ],
  "transformations": [
    {
      "name": "Copy",
      "params": {
        "deltaColumn": {
          "name": "updated_at",
          "dateFormat": "yyyy-MM-dd HH:mm:ss",
          "timezone": "UTC"
        }
      }
    },
    {
      "name": "Mapping",
      "params": {
        "mappingId": $mapping_customers_id,
        "mappingVersion": $mapping_customers_version
      }
    }
  ],
  "scheduleParams": {
    "startTime": $start,
    "frequency": "hour",
    "interval": 1,
    "backfill": true
  }
}')
answer=$(call POST "/data/foundation/flowservice/flows" '' "$body")
flow_customers_id=$(jq -er '.id' <<<"$answer")

# 4/8 retire flow.customers
echo '4/8 retire flow.customers' >&2
call POST "/data/foundation/flowservice/flows/2edc08ac-4df5-4fe6-936f-81a19ce92f5c/action?op=disable" >/dev/null

# 5/8 delete flow.customers
echo '5/8 delete flow.customers' >&2
call DELETE "/data/foundation/flowservice/flows/2edc08ac-4df5-4fe6-936f-81a19ce92f5c" >/dev/null

# 6/8 delete source.customers
echo '6/8 delete source.customers' >&2
call DELETE "/data/foundation/flowservice/sourceConnections/b7581b59-c603-4df1-a689-d23d7ac440f3" >/dev/null

# 7/8 delete target.customers
echo '7/8 delete target.customers' >&2
call DELETE "/data/foundation/flowservice/targetConnections/320f119a-5ac1-4ab1-88ea-eb19e674ea2e" >/dev/null

# 8/8 update mapping.customers
echo '8/8 update mapping.customers' >&2
body=$(jq -nc --arg schema_customers_id "$schema_customers_id" --arg tenant "$tenant" '{
  "name": "CRM customers, hourly mapping",
  "outputSchema": {
    "schemaRef": {
      "id": $schema_customers_id,
      "contentType": "application/vnd.adobe.xed-full+json;version=1"
    }
  },
  "mappings": [
    {
      "sourceType": "ATTRIBUTE",
      "source": "id",
      "destination": "_id"
    },
    {
      "sourceType": "EXPRESSION",
      "source": "concat(first_name, \" \", last_name)",
      "destination": "person.name.fullName"
    },
    {
      "sourceType": "ATTRIBUTE",
      "source": "tier",
      "destination": ("_" + $tenant + ".loyalty.tier")
    },
    {
      "sourceType": "STATIC",
      "source": "crm",
      "destination": ("_" + $tenant + ".tags[0]")
    }
  ]
}')
answer=$(call PUT "/data/foundation/conversion/mappingSets/0b090130b58b4819afc78b6dc98b484d" '' "$body")
mapping_customers_version=$(jq -er '.version | tostring' <<<"$answer")

printf '%s %s\n' 'source.customers.id' "$(printable <<<"$source_customers_id")"
printf '%s %s\n' 'target.customers.id' "$(printable <<<"$target_customers_id")"
printf '%s %s\n' 'flow.customers.id' "$(printable <<<"$flow_customers_id")"
printf '%s %s\n' 'mapping.customers.version' "$(printable <<<"$mapping_customers_version")"
