package resource

import "github.com/aepflow/aepflow/internal/specs"

// descriptor returns the row of a kind of descriptors of the Schema Registry: those of
// the given types. Descriptors of all kinds are created, updated, and found alike;
// further are the members that tell one kind from another.
func descriptor(kind Kind, noun string, types []string, further ...Trait) *Spec {
	return &Spec{
		Kind: kind, Noun: noun, Collection: specs.SchemaRegistry + "/tenant/descriptors",
		Update: PutWhole, Answer: AnswerDescriptor, Types: types,
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

// StaysOnDestroy reports whether destroy keeps an object, unless data may be lost.
func (s *Spec) StaysOnDestroy() bool { return s.KeepsData || s.Describes }

// IsDescriptor reports whether the objects of a kind are descriptors of the Schema Registry.
func (s *Spec) IsDescriptor() bool { return s.Answer == AnswerDescriptor }

var identityDescriptor = descriptor(Descriptor, "identity descriptor", []string{"xdm:descriptorIdentity"},
	Trait{"xdm:namespace", InPlace, Always, "the identity namespace may change"},
	Trait{"xdm:property", InPlace, Always, "whether the namespace is a code or an id"},
	Trait{"xdm:isPrimary", InPlace, Always, "one identity of a schema is primary"},
).keepingData()
