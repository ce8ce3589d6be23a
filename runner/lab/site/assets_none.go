//go:build !site

package site

// Carried is the player that the program carries: nil unless it was built with the tag site.
func Carried() *Player { return nil }
