//go:build site

package site

import _ "embed"

// What make site-assets has put here.
var (
	//go:embed carried/lab.wasm.gz
	packedPlayer []byte
	//go:embed carried/wasm_exec.js
	playerScript []byte
)

// Carried is the player that the program carries: nil unless it was built with the tag site.
func Carried() *Player { return &Player{Packed: packedPlayer, Script: playerScript} }
