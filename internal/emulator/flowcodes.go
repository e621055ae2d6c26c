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
	invalid   = "Invalid request"
	notFound  = "Resource not found"
	forbidden = "Forbidden"
)

// Refusals of Flow Service itself.
var (
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
	errTransitional     = flowCode{1421, 400, invalid}
	errActionState      = flowCode{1422, 400, invalid}
	errOrderSandbox     = flowCode{1424, 400, invalid}
	errSchemaMismatch   = flowCode{1425, 400, invalid}
	errSpecWrite        = flowCode{1426, 400, invalid}
	errRunWrite         = flowCode{1427, 400, invalid}
	errRunFlow          = flowCode{1430, 400, invalid}
	errEmptyFields      = flowCode{1431, 400, invalid}
	errOrderPrefix      = flowCode{1432, 400, invalid}
	errOrderField       = flowCode{1433, 400, invalid}
	errOp               = flowCode{1434, 400, invalid}
	errNotFound         = flowCode{1439, 404, notFound}
	errFilterSyntax     = flowCode{1440, 400, invalid}
	errToken            = flowCode{1442, 400, invalid}
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
	errLimit            = flowCode{1454, 400, invalid}
	errPatchInstruction = flowCode{1455, 400, invalid}

	errSandboxNotFound = flowCode{2100, 404, "Sandbox not found"}
	errSandboxMissing  = flowCode{2105, 400, "Header is missing"}
	errSandboxID       = flowCode{2110, 400, "Headers not allowed"}
	errSandboxStar     = flowCode{2111, 403, "Headers not allowed"}
	errPermission      = flowCode{2120, 403, forbidden}
)

// Refusals of the connector provider, whose numbers overlap with the above.
var (
	errMediaType       = flowCode{1004, 415, invalid}
	errFieldMissing    = flowCode{1304, 400, invalid}
	errConnector       = flowCode{1305, 400, invalid}
	errTargetSpec      = flowCode{1307, 400, invalid}
	errColumns         = flowCode{1313, 400, invalid}
	errScheduleEmpty   = flowCode{1317, 400, invalid}
	errSourceCount     = flowCode{1320, 400, invalid}
	errIDCount         = flowCode{1321, 400, invalid}
	errDatasetID       = flowCode{1325, 400, invalid}
	errFormat          = flowCode{1327, 400, invalid}
	errMappingMissing  = flowCode{1328, 400, invalid}
	errMappingSource   = flowCode{1329, 400, invalid}
	errTable           = flowCode{1330, 400, invalid}
	errDelimiter       = flowCode{1331, 400, invalid}
	errNoBase          = flowCode{1332, 400, invalid}
	errExploreSpec     = flowCode{1336, 400, invalid}
	errExploreObject   = flowCode{1337, 400, invalid}
	errNullEntity      = flowCode{1338, 400, invalid}
	errOrgFormat       = flowCode{1339, 400, invalid}
	errTimeFormat      = flowCode{1340, 400, invalid}
	errFilterSupport   = flowCode{1353, 400, invalid}
	errObjectType      = flowCode{1358, 400, invalid}
	errObjectTypeEmpty = flowCode{1359, 400, invalid}
	errStartPast       = flowCode{1360, 400, invalid}
	errOnceInterval    = flowCode{1361, 400, invalid}
	errIntervalSmall   = flowCode{1362, 400, invalid}
	errIntervalMissing = flowCode{1363, 400, invalid}
	errOnceBackfill    = flowCode{1364, 400, invalid}
	errPatchPath       = flowCode{1365, 400, invalid}
	errStartFrozen     = flowCode{1366, 400, invalid}
	errDeltaMissing    = flowCode{1367, 400, invalid}
	errDraft           = flowCode{1368, 400, invalid}
	errOnceDelta       = flowCode{1369, 400, invalid}
	errMappingColumns  = flowCode{1370, 400, invalid}
	errSpecExplore     = flowCode{1372, 400, invalid}
	errFilterColumn    = flowCode{1378, 400, invalid}
	errFilterTypes     = flowCode{1379, 400, invalid}
	errRunWindow       = flowCode{1381, 400, invalid}
	errRunDelta        = flowCode{1382, 400, invalid}
	errRunDeltaMissing = flowCode{1383, 400, invalid}
	errRunParams       = flowCode{1384, 400, invalid}
	errRunFrequency    = flowCode{1386, 400, invalid}
	errRetriggerState  = flowCode{1387, 400, invalid}
	errRetriggerFlow   = flowCode{1388, 400, invalid}
	errFrequency       = flowCode{1397, 400, invalid}
	errFrequencyFrozen = flowCode{1403, 400, invalid}
	errBackfillFrozen  = flowCode{1404, 400, invalid}
)
