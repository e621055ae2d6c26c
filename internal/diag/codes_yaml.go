package diag

// yamlCodes explains the codes of YAML itself.
var yamlCodes = []Entry{
	{
		Code: YAMLSyntax, Severity: Error,
		Title:       "text that cannot be read as YAML",
		Explanation: "The text breaks a rule of YAML, and no more exact cause was found. Look at quotes, brackets, indentation and the blank after `:` on the line and on the one before.",
		Example:     "name: mytable\n? - a\n: - b\n - c\n",
	},
}
