package resource

// Types of the descriptors of a relational schema.
const (
	PrimaryKeyDescriptor = "xdm:descriptorPrimaryKey"
	VersionDescriptor    = "xdm:descriptorVersion"
	TimestampDescriptor  = "xdm:descriptorTimestamp"
)

// keyDescriptor is the row of what identifies and orders the rows of a relational
// schema. A schema has one descriptor of each type.
var keyDescriptor = func() *Spec {
	s := descriptor(Key, "key descriptor", []string{PrimaryKeyDescriptor, VersionDescriptor, TimestampDescriptor})
	s.OnePer = []string{"@type", "xdm:sourceSchema"}
	for i := range s.Traits {
		if t := &s.Traits[i]; t.Does == RequiresReplace {
			t.Does, t.Why = Immutable, "the rows of a relational schema keep what identifies and orders them"
		}
	}
	return s.keepingData()
}()
