
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

# keep_others PATH MEMBER…: before a call that replaces an object, sets etag to its version, or to * where there is
# none, and adds the members that others have set to body.
keep_others() {
  local path=$1 answer status member
  shift
  answer=$(curl --silent --show-error --globoff "${platform%/}$path" \
    --header @<(printf 'Authorization: Bearer %s\n' "$token") \
    --header "x-api-key: $IMS_OAUTH_S2S_CLIENT_ID" --header "x-gw-ims-org-id: $org" \
    --header "x-sandbox-name: $sandbox" --header 'Accept: application/json' --write-out '\n%header{etag}\n%{http_code}')
  status=${answer##*$'\n'}
  answer=${answer%$'\n'*}
  etag=${answer##*$'\n'}
  etag=${etag:-*}
  if [[ $status == 404 ]]; then return; fi
  if [[ $status != 200 ]]; then
    printable <<<"GET $path: $status ${answer%$'\n'*}" >&2
    return 1
  fi
  for member in "$@"; do
    body=$(jq -c --argjson own "$body" --arg member "$member" '(if has("labels") then . else .[] end)[$member] as $others
      | $own + if ($others // []) == [] then {} else {($member): $others} end' <<<"${answer%$'\n'*}")
  done
}

# now_plus SECONDS: the clock, or AEPFLOW_NOW where it is pinned.
now_plus() {
  jq -nr --argjson more "$1" '(env.AEPFLOW_NOW // "") as $pinned
    | (if $pinned == "" then now | floor else $pinned | fromdate end) + $more'
}

# encoded ID: an id as one step of a path.
encoded() { jq -nr --arg id "$1" '$id | @uri'; }

