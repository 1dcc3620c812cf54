output "console_url" {
  description = "Where the console is."
  value       = local.console_url
}

output "tunnel_command" {
  description = "Brings the console to http://127.0.0.1:7400 of this machine, where it listens on the loopback only."
  value       = "${local.ssh_observability} -N -L 7400:127.0.0.1:7400"
}

output "login_command" {
  description = "Prints the login links. They are secrets, and are read from the host when they are wanted: they are not in the state."
  value       = "${local.ssh_observability} firedrill open"
}

output "ssh_commands" {
  description = "How to reach each host."
  value = {
    shop          = local.ssh_shop
    observability = local.ssh_observability
    load          = [for one in var.load_hosts : local.ssh_load["${one.host}:${one.port}"]]
  }
}
