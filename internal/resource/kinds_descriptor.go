package resource

import "github.com/aepflow/aepflow/internal/specs"

// descriptor returns the row of a kind of descriptors of the Schema Registry: those of
// the given types. Descriptors of all kinds are created, updated, and found alike;
// further are the members that tell one kind from another.
func descriptor(kind Kind, noun string, types []string, further ...Trait) *Spec {
	return &Spec{
		Kind: kind, Noun: noun, Collection: specs.SchemaRegistry + "/tenant/descriptors",
		Update: PutWhole, Answer: AnswerDescriptor, Types: types,
		Identity: []string{"@type", "xdm:sourceSchema", "xdm:sourceProperty", "xdm:destinationSchema"},
		Traits: append([]Trait{
			{"@type", RequiresReplace, Always, "another type is another descriptor"},
			{"xdm:sourceSchema", RequiresReplace, Always, "a descriptor belongs to its schema"},
			{"xdm:sourceVersion", InPlace, Always, "the major version of the schema"},
			{"xdm:sourceProperty", RequiresReplace, Always, "a descriptor belongs to its field"},
		}, further...),
	}
}

// keepingData marks what holds or shapes data.
func (s *Spec) keepingData() *Spec {
	s.KeepsData = true
	return s
}

// describing marks what describes what holds data.
func (s *Spec) describing() *Spec {
	s.Describes = true
	return s
}

// StaysOnDestroy reports whether destroy keeps an object, unless data may be lost.
func (s *Spec) StaysOnDestroy() bool { return s.KeepsData || s.Describes }

// IsDescriptor reports whether the objects of a kind are descriptors of the Schema Registry.
func (s *Spec) IsDescriptor() bool { return s.Answer == AnswerDescriptor }

var identityDescriptor = descriptor(Descriptor, "identity descriptor", []string{"xdm:descriptorIdentity"},
	Trait{"xdm:namespace", InPlace, Always, "the identity namespace may change"},
	Trait{"xdm:property", InPlace, Always, "whether the namespace is a code or an id"},
	Trait{"xdm:isPrimary", InPlace, Always, "one identity of a schema is primary"},
).keepingData()

var referenceIdentity = descriptor(ReferenceIdentity, "reference identity",
	[]string{"xdm:descriptorReferenceIdentity"},
	Trait{"xdm:identityNamespace", InPlace, Always, "the identity namespace may change"},
).describing()

var relationshipDescriptor = descriptor(Relationship, "relationship",
	[]string{"xdm:descriptorOneToOne", "xdm:descriptorRelationship"},
	Trait{"xdm:destinationSchema", InPlace, Always, relates},
	Trait{"xdm:destinationVersion", InPlace, Always, "the major version of the other schema"},
	Trait{"xdm:destinationProperty", InPlace, Always, relates},
	Trait{"xdm:destinationNamespace", InPlace, Always, relates},
	Trait{"xdm:cardinality", InPlace, Always, relates},
	Trait{"xdm:sourceToDestinationName", InPlace, Always, named},
	Trait{"xdm:destinationToSourceName", InPlace, Always, named},
	Trait{"xdm:sourceToDestinationTitle", InPlace, Always, named},
	Trait{"xdm:destinationToSourceTitle", InPlace, Always, named},
).describing()

const (
	relates = "a relationship informs and enforces nothing, so it may lead elsewhere"
	named   = "a name is free to change"
)

var displayName = descriptor(Display, "display name", []string{"xdm:alternateDisplayInfo"},
	Trait{"xdm:title", InPlace, Always, named},
	Trait{"xdm:description", InPlace, Always, "a description is free to change"},
	Trait{"meta:enum", InPlace, Always, "suggested values are free to change"},
	Trait{"xdm:excludeMetaEnum", InPlace, Always, "suggested values are free to change"},
).describing()

var deprecation = descriptor(Deprecated, "deprecation", []string{"xdm:descriptorDeprecated"}).describing()

// usageLabels belong to the resource that defines the field: a field group, a class, or a
// relational schema.
var usageLabels = func() *Spec {
	s := descriptor(Label, "field label", []string{"xdm:descriptorLabel"},
		Trait{"xdm:labels", InPlace, Always, "labels are free to change: policies apply what is there"},
	)
	s.Loose = []string{"xdm:labels"}
	return s.describing()
}()
