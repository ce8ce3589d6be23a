// Package linger lets what is under way come to its end when it is broken off. A request that is
// broken off may still take effect at whoever was asked, and then nobody knows what there is to remove.
package linger

import (
	"context"
	"time"
)

// Context returns a context that outlives another one by a while.
func Context(ctx context.Context, while time.Duration) (context.Context, context.CancelFunc) {
	lingering, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() {
		late := time.AfterFunc(while, cancel)
		context.AfterFunc(lingering, func() { late.Stop() })
	})
	return lingering, func() { stop(); cancel() }
}
