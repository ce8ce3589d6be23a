package scenario

// Decode reads a scenario from the text of a file. The error, if any, is of type Errors and lists
// every mistake in the file; name is what it calls the file.
func Decode(name string, text []byte) (*Scenario, error) { panic("not yet") }
