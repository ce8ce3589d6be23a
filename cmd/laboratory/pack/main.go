// Command pack compiles the player that programs carry which are built with the tag site: pack DIR.
package main

import (
	"fmt"
	"os"

	"tutor/cmd/tutor/ending"
	"tutor/runner/lab/site"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: pack DIR")
		os.Exit(2)
	}
	if err := pack(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "pack:", err)
		os.Exit(1)
	}
}

func pack(dir string) error {
	player, err := site.Build(ending.Context(), ".")
	if err != nil {
		return err
	}
	if err := player.Save(dir); err != nil {
		return err
	}
	fmt.Printf("%s: %d bytes, packed\n", dir, len(player.Packed))
	return nil
}
