package specs

// Where targets are that do not say so.
const (
	AdobePlatform   = "https://platform.adobe.io"
	EmulatorOrg     = "000000000000000000000001@AdobeOrg" // of the target local
	EmulatorSandbox = "dev"
)
