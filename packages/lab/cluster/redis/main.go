// A Redis in memory for one lab, where the real one is not installed. It is told what Argo CD's is told: --bind and --port; what else a redis-server
// takes is about keeping things, and nothing is kept here.
package main

import (
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/alicebob/miniredis/v2"
)

func main() {
	address := map[string]string{"--bind": "127.0.0.1", "--port": "6379"}
	for i := 1; i+1 < len(os.Args); i += 2 {
		address[os.Args[i]] = os.Args[i+1]
	}
	server := miniredis.NewMiniRedis()
	if err := server.StartAddr(address["--bind"] + ":" + address["--port"]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	// Its clock stands still by itself: without this nothing would ever expire.
	ticker := time.NewTicker(time.Second)
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, os.Interrupt, syscall.SIGTERM)
	for {
		select {
		case <-ticker.C:
			server.FastForward(time.Second)
		case <-stop:
			server.Close()
			return
		}
	}
}
