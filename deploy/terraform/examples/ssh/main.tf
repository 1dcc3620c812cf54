# A range on any two Debian 12 hosts that are reached over SSH.

terraform {
  required_version = ">= 1.5"
}

variable "shop_host" {
  description = "Address of the host for the shop."
  type        = string
}

variable "observability_host" {
  description = "Address of the monitoring host; the shop's host must reach it as well."
  type        = string
}

variable "load_hosts" {
  description = "Addresses of more hosts that take a part of the users; each must reach the one that watches."
  type        = list(string)
  default     = []
}

variable "user" {
  description = "User to log in as; root, as packages and units are installed."
  type        = string
  default     = "root"
}

variable "private_key_path" {
  description = "File with the private key of that user."
  type        = string
}

variable "release" {
  description = "See the module."
  type        = string
  default     = "0.1.0"
}

variable "users" {
  description = "Simulated users."
  type        = number
  default     = 30
}

module "range" {
  source = "../../modules/range"

  shop          = { host = var.shop_host, user = var.user, private_key_path = var.private_key_path }
  observability = { host = var.observability_host, user = var.user, private_key_path = var.private_key_path }
  load_hosts    = [for host in var.load_hosts : { host = host, user = var.user, private_key_path = var.private_key_path }]
  release       = var.release
  users         = var.users
}

output "console_url" {
  value = module.range.console_url
}

output "tunnel_command" {
  value = module.range.tunnel_command
}

output "login_command" {
  value = module.range.login_command
}
