package core

import "fmt"

// FlowCode is one row of the platform's catalogue of refusals.
type FlowCode struct {
	Number int
	Status int
	Title  string
}

// String is the code as it stands in a problem's type. Both of the platform's
// tables are printed with the same prefix: which one the connector table
// carries is not published.
func (c FlowCode) String() string { return fmt.Sprintf("FLOW-%d-%d", c.Number, c.Status) }

const (
	Invalid    = "Invalid request" // Flow Service's words
	badRequest = "Bad Request"     // the provider's
	NotFound   = "Resource not found"
	Forbidden  = "Forbidden"
)

// Refusals of Flow Service itself.
var (
	ErrProviderNone     = FlowCode{1101, 404, NotFound}
	ErrCountLimit       = FlowCode{1401, 400, Invalid}
	ErrFinalize         = FlowCode{1402, 400, Invalid}
	ErrIfMatchMissing   = FlowCode{1403, 400, "Header is missing"}
	ErrIfMatchStale     = FlowCode{1404, 412, "Version not matching"}
	ErrEmptyBody        = FlowCode{1405, 400, Invalid}
	ErrStateInCreate    = FlowCode{1410, 400, Invalid}
	ErrEntityID         = FlowCode{1411, 400, Invalid}
	ErrMappingVersion   = FlowCode{1412, 400, Invalid}
	ErrSpecID           = FlowCode{1413, 400, Invalid}
	ErrSpecImmutable    = FlowCode{1414, 400, Invalid}
	ErrAuthSpec         = FlowCode{1415, 400, Invalid}
	ErrState            = FlowCode{1416, 400, Invalid}
	ErrInitializing     = FlowCode{1417, 400, Invalid}
	ErrBaseInUse        = FlowCode{1418, 400, Invalid}
	ErrMappingFailed    = FlowCode{1419, 400, Invalid}
	ErrUpdateState      = FlowCode{1420, 400, Invalid}
	ErrTransition       = FlowCode{1421, 400, Invalid}
	ErrActionState      = FlowCode{1422, 400, Invalid}
	ErrSpecFilter       = FlowCode{1423, 400, Invalid}
	errOrderSandbox     = FlowCode{1424, 400, Invalid}
	ErrSchemaMismatch   = FlowCode{1425, 400, Invalid}
	ErrSpecWrite        = FlowCode{1426, 400, Invalid}
	ErrRunWrite         = FlowCode{1427, 400, Invalid}
	ErrRunFlow          = FlowCode{1430, 400, Invalid}
	ErrEmptyFields      = FlowCode{1431, 400, Invalid}
	ErrOrderPrefix      = FlowCode{1432, 400, Invalid}
	ErrOrderField       = FlowCode{1433, 400, Invalid}
	ErrOp               = FlowCode{1434, 400, Invalid}
	ErrSubOp            = FlowCode{1435, 400, Invalid}
	ErrSubOpUse         = FlowCode{1436, 400, Invalid}
	ErrNotFound         = FlowCode{1439, 404, NotFound}
	ErrFilterSyntax     = FlowCode{1440, 400, Invalid}
	ErrRangeValues      = FlowCode{1443, 400, Invalid}
	ErrPatchDisabled    = FlowCode{1445, 400, Invalid}
	ErrEmptyFlowID      = FlowCode{1446, 400, Invalid}
	ErrInUse            = FlowCode{1447, 400, Invalid}
	ErrFilterOperator   = FlowCode{1448, 400, Invalid}
	ErrFilterField      = FlowCode{1449, 400, Invalid}
	ErrFilterUnknownOp  = FlowCode{1450, 400, Invalid}
	ErrQueryParameter   = FlowCode{1451, 400, Invalid}
	ErrFilterValue      = FlowCode{1452, 400, Invalid}
	ErrFilterEmpty      = FlowCode{1453, 400, Invalid}
	ErrPatchInstruction = FlowCode{1455, 400, Invalid}
	ErrStateValue       = FlowCode{1456, 400, Invalid}
	ErrUpdateFinalizing = FlowCode{1457, 400, Invalid}
	ErrDeleteFinalizing = FlowCode{1458, 400, Invalid}

	errSandboxNotFound = FlowCode{2100, 404, "Sandbox not found"}
	errSandboxMissing  = FlowCode{2105, 400, "Header is missing"}
	errSandboxID       = FlowCode{2110, 400, "Headers not allowed"}
	errSandboxStar     = FlowCode{2111, 403, "Headers with value restricted"}
	ErrPermission      = FlowCode{2120, 403, Forbidden}
)

// Refusals of the connector provider, whose numbers overlap with the above.
var (
	errMediaType       = FlowCode{1004, 415, "Unsupported Media Type"}
	ErrFieldMissing    = FlowCode{1304, 400, badRequest}
	ErrConnector       = FlowCode{1305, 400, badRequest}
	ErrTargetSpec      = FlowCode{1307, 400, badRequest}
	ErrEncryption      = FlowCode{1309, 400, badRequest}
	ErrParamValue      = FlowCode{1312, 400, badRequest}
	ErrColumns         = FlowCode{1313, 400, badRequest}
	ErrScheduleEmpty   = FlowCode{1317, 400, badRequest}
	ErrSourceCount     = FlowCode{1320, 400, badRequest}
	ErrIDCount         = FlowCode{1321, 400, badRequest}
	ErrDatasetID       = FlowCode{1325, 400, badRequest}
	ErrFormat          = FlowCode{1327, 400, badRequest}
	ErrMappingMissing  = FlowCode{1328, 400, badRequest}
	ErrParamEmpty      = FlowCode{1329, 400, badRequest}
	ErrTable           = FlowCode{1330, 400, badRequest}
	ErrDelimiter       = FlowCode{1331, 400, badRequest}
	ErrNoBase          = FlowCode{1332, 400, badRequest}
	ErrQueryEmpty      = FlowCode{1334, 400, badRequest}
	ErrExploreSpec     = FlowCode{1336, 400, badRequest}
	ErrExploreObject   = FlowCode{1337, 400, badRequest}
	ErrNullEntity      = FlowCode{1338, 400, badRequest}
	errOrgFormat       = FlowCode{1339, 400, badRequest}
	ErrTimeFormat      = FlowCode{1340, 400, badRequest}
	ErrFilterParams    = FlowCode{1349, 400, badRequest}
	ErrFilterNoOp      = FlowCode{1350, 400, badRequest}
	ErrFilterOp        = FlowCode{1351, 400, badRequest}
	ErrFilterSupport   = FlowCode{1353, 400, badRequest}
	ErrFilterType      = FlowCode{1355, 400, badRequest}
	ErrFilterFormat    = FlowCode{1356, 400, badRequest}
	ErrFilterDetail    = FlowCode{1357, 400, badRequest}
	ErrObjectType      = FlowCode{1358, 400, badRequest}
	ErrObjectTypeEmpty = FlowCode{1359, 400, badRequest}
	ErrStartPast       = FlowCode{1360, 400, badRequest}
	ErrOnceInterval    = FlowCode{1361, 400, badRequest}
	ErrIntervalSmall   = FlowCode{1362, 400, badRequest}
	ErrIntervalMissing = FlowCode{1363, 400, badRequest}
	ErrOnceBackfill    = FlowCode{1364, 400, badRequest}
	ErrPatchPath       = FlowCode{1365, 400, badRequest}
	ErrStartFrozen     = FlowCode{1366, 400, badRequest}
	ErrDeltaMissing    = FlowCode{1367, 400, badRequest}
	ErrDraft           = FlowCode{1368, 400, badRequest}
	ErrOnceDelta       = FlowCode{1369, 400, badRequest}
	ErrMappingColumns  = FlowCode{1370, 400, badRequest}
	ErrSpecExplore     = FlowCode{1372, 400, badRequest}
	ErrFilterNull      = FlowCode{1377, 400, badRequest}
	ErrFilterColumn    = FlowCode{1378, 400, badRequest}
	ErrFilterTypes     = FlowCode{1379, 400, badRequest}
	ErrRunWindow       = FlowCode{1381, 400, badRequest}
	ErrRunDelta        = FlowCode{1382, 400, badRequest}
	ErrRunDeltaMissing = FlowCode{1383, 400, badRequest}
	ErrRunParams       = FlowCode{1384, 400, badRequest}
	ErrRunConnector    = FlowCode{1385, 400, badRequest}
	ErrRunFrequency    = FlowCode{1386, 400, badRequest}
	ErrRetriggerState  = FlowCode{1387, 400, badRequest}
	ErrRetriggerFlow   = FlowCode{1388, 400, badRequest}
	ErrFilterBase64    = FlowCode{1389, 400, badRequest}
	ErrFilterNot       = FlowCode{1390, 400, badRequest}
	ErrTransformations = FlowCode{1392, 400, badRequest}
	ErrFrequency       = FlowCode{1397, 400, badRequest}
	ErrFrequencyFrozen = FlowCode{1403, 400, badRequest}
	ErrBackfillFrozen  = FlowCode{1404, 400, badRequest}
)
