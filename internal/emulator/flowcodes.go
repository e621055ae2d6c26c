package emulator

import "fmt"

// flowCode is one row of the platform's catalogue of refusals.
type flowCode struct {
	number int
	status int
	title  string
}

// String is the code as it stands in a problem's type. Both of the platform's
// tables are printed with the same prefix: which one the connector table
// carries is not published.
func (c flowCode) String() string { return fmt.Sprintf("FLOW-%d-%d", c.number, c.status) }

const (
	invalid    = "Invalid request" // Flow Service's words
	badRequest = "Bad Request"     // the provider's
	notFound   = "Resource not found"
	forbidden  = "Forbidden"
)

// Refusals of Flow Service itself.
var (
	errProviderNone     = flowCode{1101, 404, notFound}
	errCountLimit       = flowCode{1401, 400, invalid}
	errFinalize         = flowCode{1402, 400, invalid}
	errIfMatchMissing   = flowCode{1403, 400, "Header is missing"}
	errIfMatchStale     = flowCode{1404, 412, "Version not matching"}
	errEmptyBody        = flowCode{1405, 400, invalid}
	errStateInCreate    = flowCode{1410, 400, invalid}
	errEntityID         = flowCode{1411, 400, invalid}
	errMappingVersion   = flowCode{1412, 400, invalid}
	errSpecID           = flowCode{1413, 400, invalid}
	errSpecImmutable    = flowCode{1414, 400, invalid}
	errAuthSpec         = flowCode{1415, 400, invalid}
	errState            = flowCode{1416, 400, invalid}
	errInitializing     = flowCode{1417, 400, invalid}
	errBaseInUse        = flowCode{1418, 400, invalid}
	errMappingFailed    = flowCode{1419, 400, invalid}
	errUpdateState      = flowCode{1420, 400, invalid}
	errTransition       = flowCode{1421, 400, invalid}
	errActionState      = flowCode{1422, 400, invalid}
	errSpecFilter       = flowCode{1423, 400, invalid}
	errOrderSandbox     = flowCode{1424, 400, invalid}
	errSchemaMismatch   = flowCode{1425, 400, invalid}
	errSpecWrite        = flowCode{1426, 400, invalid}
	errRunWrite         = flowCode{1427, 400, invalid}
	errRunFlow          = flowCode{1430, 400, invalid}
	errEmptyFields      = flowCode{1431, 400, invalid}
	errOrderPrefix      = flowCode{1432, 400, invalid}
	errOrderField       = flowCode{1433, 400, invalid}
	errOp               = flowCode{1434, 400, invalid}
	errSubOp            = flowCode{1435, 400, invalid}
	errSubOpUse         = flowCode{1436, 400, invalid}
	errNotFound         = flowCode{1439, 404, notFound}
	errFilterSyntax     = flowCode{1440, 400, invalid}
	errRangeValues      = flowCode{1443, 400, invalid}
	errPatchDisabled    = flowCode{1445, 400, invalid}
	errEmptyFlowID      = flowCode{1446, 400, invalid}
	errInUse            = flowCode{1447, 400, invalid}
	errFilterOperator   = flowCode{1448, 400, invalid}
	errFilterField      = flowCode{1449, 400, invalid}
	errFilterUnknownOp  = flowCode{1450, 400, invalid}
	errQueryParameter   = flowCode{1451, 400, invalid}
	errFilterValue      = flowCode{1452, 400, invalid}
	errFilterEmpty      = flowCode{1453, 400, invalid}
	errPatchInstruction = flowCode{1455, 400, invalid}
	errStateValue       = flowCode{1456, 400, invalid}
	errUpdateFinalizing = flowCode{1457, 400, invalid}
	errDeleteFinalizing = flowCode{1458, 400, invalid}

	errSandboxNotFound = flowCode{2100, 404, "Sandbox not found"}
	errSandboxMissing  = flowCode{2105, 400, "Header is missing"}
	errSandboxID       = flowCode{2110, 400, "Headers not allowed"}
	errSandboxStar     = flowCode{2111, 403, "Headers with value restricted"}
	errPermission      = flowCode{2120, 403, forbidden}
)

// Refusals of the connector provider, whose numbers overlap with the above.
var (
	errMediaType       = flowCode{1004, 415, "Unsupported Media Type"}
	errFieldMissing    = flowCode{1304, 400, badRequest}
	errConnector       = flowCode{1305, 400, badRequest}
	errTargetSpec      = flowCode{1307, 400, badRequest}
	errEncryption      = flowCode{1309, 400, badRequest}
	errParamValue      = flowCode{1312, 400, badRequest}
	errColumns         = flowCode{1313, 400, badRequest}
	errScheduleEmpty   = flowCode{1317, 400, badRequest}
	errSourceCount     = flowCode{1320, 400, badRequest}
	errIDCount         = flowCode{1321, 400, badRequest}
	errDatasetID       = flowCode{1325, 400, badRequest}
	errFormat          = flowCode{1327, 400, badRequest}
	errMappingMissing  = flowCode{1328, 400, badRequest}
	errParamEmpty      = flowCode{1329, 400, badRequest}
	errTable           = flowCode{1330, 400, badRequest}
	errDelimiter       = flowCode{1331, 400, badRequest}
	errNoBase          = flowCode{1332, 400, badRequest}
	errQueryEmpty      = flowCode{1334, 400, badRequest}
	errExploreSpec     = flowCode{1336, 400, badRequest}
	errExploreObject   = flowCode{1337, 400, badRequest}
	errNullEntity      = flowCode{1338, 400, badRequest}
	errOrgFormat       = flowCode{1339, 400, badRequest}
	errTimeFormat      = flowCode{1340, 400, badRequest}
	errFilterParams    = flowCode{1349, 400, badRequest}
	errFilterNoOp      = flowCode{1350, 400, badRequest}
	errFilterOp        = flowCode{1351, 400, badRequest}
	errFilterSupport   = flowCode{1353, 400, badRequest}
	errFilterType      = flowCode{1355, 400, badRequest}
	errFilterFormat    = flowCode{1356, 400, badRequest}
	errFilterDetail    = flowCode{1357, 400, badRequest}
	errObjectType      = flowCode{1358, 400, badRequest}
	errObjectTypeEmpty = flowCode{1359, 400, badRequest}
	errStartPast       = flowCode{1360, 400, badRequest}
	errOnceInterval    = flowCode{1361, 400, badRequest}
	errIntervalSmall   = flowCode{1362, 400, badRequest}
	errIntervalMissing = flowCode{1363, 400, badRequest}
	errOnceBackfill    = flowCode{1364, 400, badRequest}
	errPatchPath       = flowCode{1365, 400, badRequest}
	errStartFrozen     = flowCode{1366, 400, badRequest}
	errDeltaMissing    = flowCode{1367, 400, badRequest}
	errDraft           = flowCode{1368, 400, badRequest}
	errOnceDelta       = flowCode{1369, 400, badRequest}
	errMappingColumns  = flowCode{1370, 400, badRequest}
	errSpecExplore     = flowCode{1372, 400, badRequest}
	errFilterNull      = flowCode{1377, 400, badRequest}
	errFilterColumn    = flowCode{1378, 400, badRequest}
	errFilterTypes     = flowCode{1379, 400, badRequest}
	errRunWindow       = flowCode{1381, 400, badRequest}
	errRunDelta        = flowCode{1382, 400, badRequest}
	errRunDeltaMissing = flowCode{1383, 400, badRequest}
	errRunParams       = flowCode{1384, 400, badRequest}
	errRunFrequency    = flowCode{1386, 400, badRequest}
	errRetriggerState  = flowCode{1387, 400, badRequest}
	errRetriggerFlow   = flowCode{1388, 400, badRequest}
	errFilterBase64    = flowCode{1389, 400, badRequest}
	errFilterNot       = flowCode{1390, 400, badRequest}
	errTransformations = flowCode{1392, 400, badRequest}
	errFrequency       = flowCode{1397, 400, badRequest}
	errFrequencyFrozen = flowCode{1403, 400, badRequest}
	errBackfillFrozen  = flowCode{1404, 400, badRequest}
)
