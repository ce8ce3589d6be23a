package main

import (
	"io/fs"

	"github.com/spf13/cobra"

	"tutor/scenarios"
)

func newSchema(t terminal) *cobra.Command {
	reference := false
	cmd := &cobra.Command{
		Use:   "schema",
		Short: "Print the JSON Schema of scenarios, for editors",
		Long: `schema prints the JSON Schema of scenarios. An editor with a YAML language server completes and
checks a scenario that begins with

  # yaml-language-server: $schema=schema.json

where schema.json is the file that this command was sent to.`,
		Example: `  tutor schema > schema.json
  tutor schema --reference | less`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			name := "schema.json"
			if reference {
				name = "FORMAT.md"
			}
			text, err := fs.ReadFile(scenarios.Format(), name)
			if err != nil {
				return err
			}
			_, err = t.out.Write(text)
			return err
		},
	}
	cmd.Flags().BoolVar(&reference, "reference", false, "print the reference page of the format in its place")
	return cmd
}
