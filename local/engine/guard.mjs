// Kills the process it is told of when the one that started us is gone: our input ends then, even after kill -9. Plain
// JavaScript, since a process that strips types takes 20 MB more.
process.stdin.resume().on('end', () => process.kill(Number(process.argv[2]), 'SIGKILL'))
