package lift

import (
	"slices"

	"github.com/aepflow/aepflow/internal/resource"
)

// The members that belong to the platform: it sets them, documents never say them, and a new
// object gets its own. `NAME=VALUE` belongs to it with that value only.

// flowServed are those of all objects of the Flow Service.
var flowServed = []string{
	"id", "createdAt", "updatedAt", "createdBy", "updatedBy", "createdClient", "updatedClient", "sandboxId",
	"sandboxName", "imsOrgId", "version", "etag", "inheritedAttributes", "lastOperation", "providerRefId",
}

// registryServed are those of all objects of the Schema Registry.
var registryServed = []string{
	"$id", "@id", "$schema", "version", "refs", "imsOrg", "meta:altId", "meta:resourceType", "meta:containerId",
	"meta:tenantNamespace", "meta:sandboxId", "meta:sandboxType", "meta:registryMetadata", "meta:class", "meta:abstract",
	"meta:extensible", "meta:extends", "meta:xdmType", "meta:allFieldAccess", "meta:createdDate", "meta:immutableTags",
	"meta:usageCount", "meta:behaviorType", "type=object", "definitions[].type", "definitions.fields.type", "required",
	"created", "updated", "createdClient", "createdUser", "updatedUser",
	"allOf[].type", "allOf[].meta:xdmType", "xdm:sourceVersion", "xdm:property", "properties",
}

// served is the table, by kind.
var served = map[resource.Kind][]string{
	resource.Connection: {
		"state=enabled", "auth.params.inletUrl", "auth.params.inletId", "connectionSpec.name", "connectionSpec.version",
	},
	resource.Source: {
		"state=enabled", "data.schema=null", "data.properties=null", "connectionSpec.name", "connectionSpec.version",
		"params.columns[].meta:xdmType", "params.columns[].xdm.minimum", "params.columns[].xdm.maximum",
		"params.columns[].xdm.meta:xdmType", "params.columns[].sourceName",
	},
	resource.Target: {
		"state=enabled", "data.format=parquet_xdm", "data.format=parquet", "connectionSpec.name", "connectionSpec.version",
		"data.schema.version",
	},
	resource.Mapping: {
		"id", "version", "createdDate", "modifiedDate", "createdBy", "modifiedBy", "status", "supportVersion",
		"strictMapping=false", "allowNullValues=false", "inputSchema", "outputSchema.id", "outputSchema.version",
		"outputSchemaRef", "xdmVersion", "schemaRef", "xdmSchema", "xdmSchemaId", "sandboxId", "sandboxName", "imsOrg",
		"mappings[].id", "mappings[].version", "mappings[].createdDate", "mappings[].modifiedDate",
		"mappings[].createdBy", "mappings[].modifiedBy", "mappings[].identity=false", "mappings[].primaryIdentity=false",
		"mappings[].matchScore", "mappings[].functionVersion", "mappings[].expressionAttributes",
		"mappings[].sourceAttribute", "mappings[].destinationXdmPath", "mappings[].sourceType",
	},
	resource.Flow: {
		"runs", "lastRunDetails", "recordTypes", "options.isSampleDataflow=false", "options.inletUrl", "flowSpec.name",
		"flowSpec.version", "transformations[].params.deltaColumn.timezone=UTC",
		"transformations[Mapping].params.mappingVersion", "scheduleParams.backfill=true", "catalog",
		"scheduleParams.interval=0", "options.partialIngestionPercent=0",
	},
	resource.DatasetLabels: {"imsOrg", "etag"},
	resource.Dataset: {
		"version", "created", "updated", "createdClient", "createdUser", "updatedUser", "imsOrg", "sandboxId", "viewId",
		"files", "state", "namespace", "dule", "statsCache", "lastBatchId", "lastBatchStatus", "lastSuccessfulBatch",
		"observableSchema", "persistence", "basePath", "classification", "fileDescription", "name", "id", "aspect",
		"status", "enableErrorDiagnostics=false", "tags.unifiedProfile", "tags.unifiedIdentity", "schemaRef.contentType",
		"schema", "schemaMetadata", "transforms", "extensions.adobe_lakeHouse.metrics",
		"extensions.adobe_unifiedProfile.metrics", "extensions.adobe_lakeHouse.rowExpiration.valueStatus",
		"extensions.adobe_lakeHouse.rowExpiration.setBy", "extensions.adobe_lakeHouse.rowExpiration.updated",
	},
}

// lossy are members that people set and that documents cannot say: a replacement loses them.
var lossy = []string{
	"labels", "optionalLabels", "policy", "accessControl", "options.isSampleDataflow", "data.properties",
	"params.filters", "recordTypes",
	"mappings[].identity", "mappings[].primaryIdentity", "extensions.adobe_lakeHouse.rowExpiration", "fields",
	"allowNullValues", "strictMapping",
}

// isServed reports whether a member belongs to the platform.
func isServed(kind resource.Kind, p resource.Path, v resource.Value) bool {
	spec := resource.SpecOf(kind)
	tables := [][]string{served[kind]}
	switch spec.Answer {
	case resource.AnswerIDEtag:
		tables = append(tables, flowServed)
	case resource.AnswerRegistry, resource.AnswerDescriptor:
		tables = append(tables, registryServed)
	}
	for _, table := range tables {
		if slices.ContainsFunc(table, func(row string) bool { return matches(row, p, v) }) {
			return true
		}
	}
	if kind == resource.Dataset && len(p) == 2 && p[0].Name == "tags" && isPlatformTag(p[1].Name) {
		return true
	}
	// The registry adds members of its own to fields as well.
	last := p[len(p)-1]
	hasFields := kind == resource.Schema || spec.Part
	return hasFields && last.Sort == resource.FieldStep && isServers(last.Name)
}
