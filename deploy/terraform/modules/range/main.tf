locals {
  source_dir = coalesce(var.source_dir, abspath("${path.module}/../../../.."))
  archive    = abspath("${path.root}/.terraform/firedrill-${replace(var.release, "/[^A-Za-z0-9.-]/", "_")}.tgz")
  address    = coalesce(var.observability.address, var.observability.host)

  ssh_options       = "-o StrictHostKeyChecking=accept-new -o UserKnownHostsFile='${abspath("${path.root}/.terraform/known_hosts")}' -o LogLevel=ERROR"
  ssh_shop          = "ssh ${local.ssh_options} -i '${pathexpand(var.shop.private_key_path)}' -p ${var.shop.port} ${var.shop.user}@${var.shop.host}"
  ssh_observability = "ssh ${local.ssh_options} -i '${pathexpand(var.observability.private_key_path)}' -p ${var.observability.port} ${var.observability.user}@${var.observability.host}"

  load_hosts = { for one in var.load_hosts : "${one.host}:${one.port}" => one }
  ssh_load = {
    for key, one in local.load_hosts : key => "ssh ${local.ssh_options} -i '${pathexpand(one.private_key_path)}' -p ${one.port} ${one.user}@${one.host}"
  }

  console_name = length(var.console_names) > 0 ? var.console_names[0] : (var.console_listen == "127.0.0.1" ? "127.0.0.1" : var.observability.host)
  console_url  = "http://${local.console_name}:7400"
  names        = distinct(concat(var.console_names, var.console_listen == "127.0.0.1" ? [] : [var.observability.host]))
}

# What is installed: the checkout, without what it has built and downloaded.
resource "terraform_data" "archive" {
  triggers_replace = [var.release, local.source_dir]

  lifecycle {
    precondition {
      condition     = fileexists("${local.source_dir}/firedrill") && fileexists("${local.source_dir}/package.json")
      error_message = "There is no checkout of Firedrill in ${local.source_dir}: set source_dir."
    }
  }

  provisioner "local-exec" {
    command = <<-EOT
      mkdir -p "$(dirname '${local.archive}')"
      tar -C '${local.source_dir}' -czf '${local.archive}' --exclude=./.git --exclude=./node_modules --exclude=./.cache --exclude=./.firedrill --exclude=./console/dist --exclude='.terraform*' --exclude='*.tfstate*' .
    EOT
  }
}

# The monitoring host. Its own part of the range runs as soon as this is done.
resource "terraform_data" "observability" {
  triggers_replace = [terraform_data.archive.id, var.observability.host, var.observability.port, var.users, var.console_listen, local.names, length(var.load_hosts)]

  # For the provisioner that removes it: that may refer to nothing else.
  input = {
    host             = var.observability.host
    port             = var.observability.port
    user             = var.observability.user
    private_key_path = var.observability.private_key_path
  }

  connection {
    type        = "ssh"
    host        = self.input.host
    port        = self.input.port
    user        = self.input.user
    private_key = file(pathexpand(self.input.private_key_path))
  }
  provisioner "file" {
    source      = local.archive
    destination = "/tmp/firedrill.tgz"
  }
  provisioner "file" {
    source      = "${path.module}/files/host.sh"
    destination = "/tmp/firedrill-host.sh"
  }
  provisioner "remote-exec" {
    inline = ["sh /tmp/firedrill-host.sh install observability ${var.console_listen} ${var.users} ${length(var.load_hosts)} ${join(" ", local.names)}"]
  }

  provisioner "remote-exec" {
    when   = destroy
    inline = ["if command -v firedrill-host >/dev/null; then firedrill-host remove; fi"]
  }
}

resource "terraform_data" "shop" {
  triggers_replace = [terraform_data.archive.id, var.shop.host, var.shop.port]

  input = {
    host             = var.shop.host
    port             = var.shop.port
    user             = var.shop.user
    private_key_path = var.shop.private_key_path
  }

  connection {
    type        = "ssh"
    host        = self.input.host
    port        = self.input.port
    user        = self.input.user
    private_key = file(pathexpand(self.input.private_key_path))
  }
  provisioner "file" {
    source      = local.archive
    destination = "/tmp/firedrill.tgz"
  }
  provisioner "file" {
    source      = "${path.module}/files/host.sh"
    destination = "/tmp/firedrill-host.sh"
  }
  provisioner "remote-exec" {
    inline = ["sh /tmp/firedrill-host.sh install shop"]
  }

  provisioner "remote-exec" {
    when   = destroy
    inline = ["if command -v firedrill-host >/dev/null; then firedrill-host remove; fi"]
  }
}

# The invitation goes from one host to the other through a pipe of this machine: no secret comes into the state.
resource "terraform_data" "link" {
  triggers_replace = [terraform_data.observability.id, terraform_data.shop.id, local.address]

  provisioner "local-exec" {
    interpreter = ["/bin/sh", "-euc"]
    command     = <<-EOT
      invitation=$(${local.ssh_observability} firedrill host invite --address '${local.address}')
      printf '%s\n' "$invitation" | ${local.ssh_shop} firedrill-host join
      ${local.ssh_observability} firedrill host wait --seconds 300
    EOT
  }
}

resource "terraform_data" "load" {
  for_each = local.load_hosts

  triggers_replace = [terraform_data.archive.id, each.value.host, each.value.port]

  input = each.value

  connection {
    type        = "ssh"
    host        = self.input.host
    port        = self.input.port
    user        = self.input.user
    private_key = file(pathexpand(self.input.private_key_path))
  }
  provisioner "file" {
    source      = local.archive
    destination = "/tmp/firedrill.tgz"
  }
  provisioner "file" {
    source      = "${path.module}/files/host.sh"
    destination = "/tmp/firedrill-host.sh"
  }
  provisioner "remote-exec" {
    inline = ["sh /tmp/firedrill-host.sh install load"]
  }

  provisioner "remote-exec" {
    when   = destroy
    inline = ["if command -v firedrill-host >/dev/null; then firedrill-host remove; fi"]
  }
}

# With the keys that were made for the shop's invitation: whenever that is made anew, so are these.
resource "terraform_data" "load_link" {
  for_each = local.load_hosts

  triggers_replace = [terraform_data.link.id, terraform_data.load[each.key].id, local.address]

  provisioner "local-exec" {
    interpreter = ["/bin/sh", "-euc"]
    command     = <<-EOT
      invitation=$(${local.ssh_observability} firedrill host invite --load --address '${local.address}')
      printf '%s\n' "$invitation" | ${local.ssh_load[each.key]} firedrill-host join
    EOT
  }
}
