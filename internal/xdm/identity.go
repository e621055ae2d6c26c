package xdm

// Reasons why a field cannot be marked as an identity.
const (
	IdentityUnchecked = "unchecked"   // the field is not known
	IdentityComposite = "not-a-value" // an object, array or map; identityMap is one without a mark
	IdentityBelowList = "in-array"    // below an array or a map there is no single value
	IdentityType      = "not-a-text"  // numbers, dates and booleans identify no person
	IdentityRecordID  = "record-id"   // _id names the record, not the person
)

// IdentityObstacle says why f cannot be marked as an identity by a descriptor,
// "" when it can.
func IdentityObstacle(f Field) string {
	switch {
	case f.Kind == Scalar && f.Type == "": // a field of the document with an unknown type, which is another error
		return ""
	case !f.Checked:
		return IdentityUnchecked
	case f.Below != "":
		return IdentityBelowList
	case f.Kind != Scalar:
		return IdentityComposite
	case f.Type != "string":
		return IdentityType
	case f.Path == "_id":
		return IdentityRecordID
	}
	return ""
}
